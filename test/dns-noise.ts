// Malformed and odd DNS messages by the hundred thousand, the same in each run: made of real questions and of chance with a fixed seed.

import dnsPacket from 'dns-packet';

export interface Chance {
  /** 0 to limit − 1. */
  below(limit: number): number;
  bytes(length: number): Buffer;
}

/** xorshift32: the same numbers for the same seed. */
export function makeChance(seed: number): Chance {
  let state = seed;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    below: (limit) => next() % limit,
    bytes(length) {
      const bytes = Buffer.allocUnsafe(length);
      for (let index = 0; index < length; index++) bytes[index] = next();
      return bytes;
    },
  };
}

type Spoil = (message: Buffer, chance: Chance) => Buffer;

const header = 12;

const spoils: Spoil[] = [
  (_message, chance) => chance.bytes(chance.below(600)),
  (message, chance) => {
    for (let times = 1 + chance.below(6); times > 0; times--)
      message[chance.below(message.length)] = chance.below(256);
    return message;
  },
  (message, chance) => message.subarray(0, chance.below(message.length)),
  (message, chance) => Buffer.concat([message, chance.bytes(chance.below(400))]),
  // Counts that promise more than there is, or nothing.
  (message, chance) => {
    message.writeUInt16BE([0, 1, 2, 255, 65535][chance.below(5)]!, 4 + 2 * chance.below(4));
    return message;
  },
  // A pointer in the question: to itself, forwards, into the header, beyond the end.
  (message, chance) => {
    const at = header + chance.below(message.length - header - 1);
    message.writeUInt16BE(0xc000 | [at, at + 2, chance.below(header), 0x3fff][chance.below(4)]!, at);
    return message;
  },
  // A label that runs over the end, or is of a kind that does not exist.
  (message, chance) => {
    message[header] = 0x30 + chance.below(0xd0);
    return message;
  },
  (message, chance) => {
    const labels = Array.from({ length: 1 + chance.below(130) }, () =>
      Buffer.concat([Buffer.from([1]), chance.bytes(1)]),
    );
    return Buffer.concat([message.subarray(0, header), ...labels, Buffer.from([0, 0, 1, 0, 1])]);
  },
  (message, chance) => {
    const label = Buffer.concat([Buffer.from([63]), Buffer.alloc(63, 97 + chance.below(26))]);
    const labels = Array<Buffer>(1 + chance.below(6)).fill(label);
    return Buffer.concat([message.subarray(0, header), ...labels, Buffer.from([0, 0, 1, 0, 1])]);
  },
  // Any type and class, any flags.
  (message, chance) => {
    message.writeUInt16BE(chance.below(65536), message.length - 4 >= header ? message.length - 4 : 0);
    message.writeUInt16BE(chance.below(65536), 2);
    return message;
  },
  // Options: two of them, cut, of another version, longer than they say.
  (message, chance) => {
    const option = Buffer.from([
      0,
      0,
      41,
      4,
      208,
      0,
      chance.below(3),
      chance.below(256),
      0,
      0,
      chance.below(40),
    ]);
    message.writeUInt16BE(1 + chance.below(2), 10);
    return Buffer.concat([message, option, chance.bytes(chance.below(40)), option]);
  },
];

/** @param names real ones, to begin with */
export function makeNoise(chance: Chance, names: readonly string[]): Buffer {
  const types = ['A', 'AAAA', 'CNAME', 'TXT', 'PTR', 'SOA', 'MX', 'SRV'] as const;
  const question = { type: types[chance.below(types.length)]!, name: names[chance.below(names.length)]! };
  const message = dnsPacket.encode({
    ...{ type: 'query', id: chance.below(65536), flags: dnsPacket.RECURSION_DESIRED },
    questions: [question as { type: 'A'; name: string }],
  });
  return spoils[chance.below(spoils.length)]!(message, chance);
}
