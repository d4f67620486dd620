/** A field that is wrong: what it must be, and which one (RFC 6901). */
export class FieldFault extends Error {
  override readonly name = 'FieldFault';
  readonly pointer: string;
  constructor(field: string, fault: string) {
    super(fault);
    this.pointer = `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
}
