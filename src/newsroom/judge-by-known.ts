import { Problem } from '../http/problem.ts';

/**
 * Judges by what is known, which may be old. Nothing is refused by that: before a refusal, it reads what counts now, and judges
 * by it.
 * @param known undefined: nothing is
 * @throws {Problem} what `judge` or `read` refuses by what counts now
 */
export async function judgeByKnown<By, Judged>(
  known: Promise<By> | undefined,
  read: () => Promise<By>,
  judge: (by: By) => Judged,
): Promise<{ readonly by: By; readonly judged: Judged }> {
  try {
    const by = await (known ?? read());
    return { by, judged: judge(by) };
  } catch (error) {
    if (known === undefined || !(error instanceof Problem)) throw error;
    const by = await read();
    return { by, judged: judge(by) };
  }
}
