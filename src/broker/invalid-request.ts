/** The program around the broker asked for something that cannot be; nothing was changed. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  /** Whoever should have said whether it can be could not; it may be asked again. */
  readonly isUndecided: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isUndecided?: boolean } = {}) {
    super(message, options);
    this.isUndecided = options.isUndecided ?? false;
  }
}
