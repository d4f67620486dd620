import { prepare } from '../alert/prepare.ts';

// The pages that list alerts are whole without this script.

prepare(document);
