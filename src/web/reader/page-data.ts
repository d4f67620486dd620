import { DATA_BLOCK, type FrontPageData } from '../../pages/common/front-page-data.ts';

/** The data that the server wrote the page of. */
export function readPageData(): FrontPageData | undefined {
  const block = document.querySelector(`#${DATA_BLOCK}`);
  return block === null ? undefined : (JSON.parse(block.textContent) as FrontPageData);
}
