import { parseArgs, type ParseArgsConfig } from 'node:util';

/**
 * The options of a tool's command line, as `parseArgs` has them; `--help` prints the help. What is not known is said with
 * it, and ends the process with 2.
 */
export function readCommandLine<const Options extends NonNullable<ParseArgsConfig['options']>>(
  help: string,
  options: Options,
): ReturnType<typeof parseArgs<{ options: Options }>>['values'] {
  if (process.argv.includes('--help')) {
    console.log(help);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), help);
  }
}

/** A whole number from the command line, `least` or more; else says what is wrong, with the help, and ends the process. */
export function readCount(text: string, help: string, least = 1): number {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= least && text.trim() !== ''
    ? number
    : refuse(`"${text}" is no whole number of ${least} or more`, help);
}

export function refuse(fault: string, help: string): never {
  console.error(`${fault}\n\n${help}`);
  process.exit(2);
}
