/** The options of the tools, continued: what is printed of received messages, and when to end. */

import { type ToolKind, ToolUsageError } from './client-options.ts';
import { integer, isFilter, loose, type OptionRow } from './option-table.ts';

const receivers: readonly ToolKind[] = ['sub', 'rr'];

export const receiverRows: readonly OptionRow[] = [
  {
    names: ['-v', '--verbose'],
    tools: receivers,
    sentence: 'Print the topic before each message.',
    set: (options) => {
      options.isVerbose = true;
    },
  },
  {
    names: ['-F'],
    tools: receivers,
    noun: 'format',
    sentence: 'How messages are printed, such as %t %p or %j.',
    set: (options, value) => {
      options.format = value;
    },
  },
  {
    names: ['--pretty'],
    tools: receivers,
    sentence: 'JSON over several lines.',
    set: (options) => {
      options.isPretty = true;
    },
  },
  {
    names: ['-N'],
    tools: receivers,
    sentence: 'No line end behind a message.',
    set: (options) => {
      options.endsLines = false;
    },
  },
  {
    names: ['-R'],
    tools: receivers,
    sentence: 'Do not print retained messages.',
    set: (options) => {
      options.skipsRetained = true;
      if (options.retainedOnly) throw combined();
    },
  },
  {
    names: ['-W'],
    tools: receivers,
    noun: 'timeout',
    placeholder: 'timeout_secs',
    sentence: 'End after so many seconds, with exit code 27.',
    set: (options, value) => {
      const seconds = integer(value);
      if (seconds < 1) throw loose(`Error: Invalid timeout "${seconds}".`);
      options.timeoutSeconds = seconds;
    },
  },
  {
    names: ['-C'],
    tools: ['sub'],
    noun: 'count',
    placeholder: 'msg_count',
    sentence: 'End after so many messages.',
    set: (options, value) => {
      const count = integer(value);
      if (count < 1) throw loose(`Error: Invalid message count "${count}".`);
      options.count = count;
    },
  },
  {
    names: ['-E'],
    tools: ['sub'],
    sentence: 'End when the broker has acknowledged the subscriptions.',
    set: (options) => {
      options.exitsAfterSubscribing = true;
    },
  },
  {
    names: ['-T', '--filter-out'],
    tools: ['sub'],
    noun: 'topic filter',
    placeholder: 'filter_out',
    sentence: 'Do not print messages on these topics.',
    set: (options, value) => {
      if (!isFilter(value)) {
        throw new ToolUsageError(`Error: Invalid filter topic '${value}', are all '+' and '#' wildcards correct?`);
      }
      options.filterOut.push(value);
    },
  },
  {
    names: ['-U', '--unsubscribe'],
    tools: ['sub'],
    noun: 'unsubscribe topic',
    placeholder: 'topic',
    sentence: 'Unsubscribe from a topic.',
    set: (options, value) => {
      if (!isFilter(value)) {
        throw new ToolUsageError(`Error: Invalid unsubscribe topic '${value}', are all '+' and '#' wildcards correct?`);
      }
      options.unsubscribe.push(value);
    },
  },
  {
    names: ['--random-filter'],
    tools: ['sub'],
    noun: 'chance',
    sentence: 'Print so many per cent of the messages.',
    set: (options, value) => {
      const percent = Number.parseFloat(value);
      if (!(percent > 0)) throw loose('Error: --random-filter must be between 0 and 100.');
      options.printedPercent = percent;
    },
  },
  {
    names: ['--retained-only'],
    tools: ['sub'],
    sentence: 'Print retained messages and end at the first that is none.',
    set: (options) => {
      options.retainedOnly = true;
      if (options.skipsRetained) throw combined();
    },
  },
  {
    names: ['--remove-retained'],
    tools: ['sub'],
    sentence: 'Delete the retained messages that come, save those of -T.',
    set: (options) => {
      options.removesRetained = true;
    },
  },
];

function combined(): ToolUsageError {
  return new ToolUsageError("\nError: Combining '-R' and '--retained-only' makes no sense.", -1);
}
