/** Times and dates for people. */

/** `1 days, 2 hours, 3 minutes, 4 seconds`; parts before the first that is not 0 are left out. */
export function uptimeText(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts: readonly (readonly [count: number, name: string])[] = [
    [Math.floor(whole / 86_400), 'days'],
    [Math.floor(whole / 3_600) % 24, 'hours'],
    [Math.floor(whole / 60) % 60, 'minutes'],
    [whole % 60, 'seconds'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first < 0 ? parts.length - 1 : first)
    .map(([count, name]) => `${count} ${name}`)
    .join(', ');
}

/** `2021-07-28 20:40:21`, in the time zone of the machine. */
export function clockText(ms: number): string {
  const date = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
