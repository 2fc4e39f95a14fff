/** The program around the broker asked for something that cannot be; nothing was changed. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}
