/** A whole number above 0 from the command line; else says what is wrong, with the help, and ends the process. */
export function readCount(text: string, help: string): number {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : refuse(`"${text}" is no count`, help);
}

export function refuse(fault: string, help: string): never {
  console.error(`${fault}\n\n${help}`);
  process.exit(2);
}
