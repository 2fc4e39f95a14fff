/**
 * The text format in which Prometheus reads metrics. The broker's counters are plain numbers on objects of its own, so
 * nothing is registered anywhere: families are written one after another when somebody asks.
 */

import type { Histogram } from '../std/histogram.ts';

/** Values of labels come from bounded sets: names of listeners, packets, reasons; never from clients. */
export type Labels = Readonly<Record<string, string>>;

export type Sample = readonly [labels: Labels, value: number];

export class Exposition {
  readonly #lines: string[] = [];

  /** A number that goes up and down. */
  gauge(name: string, help: string, value: number | readonly Sample[]): this {
    return this.#family(name, 'gauge', help, value);
  }

  /** A number that only grows; its name ends in `_total`. */
  counter(name: string, help: string, value: number | readonly Sample[]): this {
    return this.#family(name, 'counter', help, value);
  }

  histogram(name: string, help: string, { bounds, counts, sum, count }: Histogram): this {
    this.#head(name, 'histogram', help);
    let below = 0;
    for (const [range, bound] of bounds.entries()) {
      below += counts[range]!;
      this.#lines.push(`${name}_bucket{le="${numberText(bound)}"} ${below}`);
    }
    this.#lines.push(`${name}_bucket{le="+Inf"} ${count}`, `${name}_sum ${numberText(sum)}`, `${name}_count ${count}`);
    return this;
  }

  #family(name: string, type: string, help: string, value: number | readonly Sample[]): this {
    const samples: readonly Sample[] = typeof value === 'number' ? [[{}, value]] : value;
    if (samples.length === 0) return this;
    this.#head(name, type, help);
    for (const [labels, number] of samples) this.#lines.push(`${name}${labelText(labels)} ${numberText(number)}`);
    return this;
  }

  #head(name: string, type: string, help: string): void {
    this.#lines.push(
      `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${name} ${type}`,
    );
  }

  /** What the answer to a scrape holds. */
  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** Samples of a map, with its keys as values of one label. */
export function byLabel<K extends string | number>(label: string, values: Iterable<readonly [K, number]>): Sample[] {
  return [...values].map(([key, value]) => [{ [label]: String(key) }, value]);
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Number.isNaN(value) ? 'NaN' : String(value);
}
