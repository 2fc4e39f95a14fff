/** Sizes and durations as an amount and a unit, the way they are entered. */

export interface Unit {
  /** As the broker reads it behind a number. */
  readonly sign: string;
  /** In bytes or seconds. */
  readonly size: number;
}

export const units: Readonly<Record<'size' | 'duration', readonly Unit[]>> = {
  size: [
    { sign: 'B', size: 1 },
    { sign: 'KB', size: 1024 },
    { sign: 'MB', size: 1024 ** 2 },
    { sign: 'GB', size: 1024 ** 3 },
  ],
  duration: [
    { sign: 'ms', size: 0.001 },
    { sign: 's', size: 1 },
    { sign: 'm', size: 60 },
    { sign: 'h', size: 3600 },
    { sign: 'd', size: 86_400 },
  ],
};

/** The word for a duration without an end. */
export const UNLIMITED = 'unlimited';

export interface Quantity {
  readonly amount: number | undefined;
  readonly unit: Unit;
}

/** In the greatest unit in which it is a whole number. */
export function quantityOf(kind: 'size' | 'duration', value: number | undefined): Quantity {
  const [smallest, second] = units[kind] as readonly [Unit, Unit];
  const usual = kind === 'size' ? smallest : second;
  if (value === undefined || value === 0) return { amount: value, unit: usual };
  const fitting = units[kind].filter(({ size }) => Number.isInteger(Math.round((value / size) * 1e6) / 1e6));
  const unit = fitting.at(-1) ?? smallest;
  return { amount: Math.round((value / unit.size) * 1e6) / 1e6, unit };
}

/** As it is sent to the broker. */
export function quantityText({ amount, unit }: Quantity): string {
  if (amount === undefined) return '';
  // A plain number is bytes or seconds, and only that may have a fraction.
  return Number.isInteger(amount) && unit.sign !== 'B' ? `${amount}${unit.sign}` : String(amount * unit.size);
}
