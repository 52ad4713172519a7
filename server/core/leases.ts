import type { Attempt } from '../../src/protocol/messages.js';

/** The leases of one job. A batch usually has one; it has several while it is executed twice. */
export class Leases<Lease extends Attempt> {
  readonly #bySeq = new Map<number, readonly Lease[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get({ seq, attempt }: Attempt): Lease | undefined {
    return this.#bySeq.get(seq)?.find((lease) => lease.attempt === attempt);
  }

  ofSeq(seq: number): readonly Lease[] {
    return this.#bySeq.get(seq) ?? [];
  }

  all(): Lease[] {
    return [...this.#bySeq.values()].flat();
  }

  add(lease: Lease): void {
    const others = this.#bySeq.get(lease.seq);
    this.#bySeq.set(lease.seq, others === undefined ? [lease] : [...others, lease]);
    this.#size += 1;
  }

  delete(lease: Lease): void {
    const others = this.ofSeq(lease.seq).filter((other) => other !== lease);
    if (others.length === 0) this.#bySeq.delete(lease.seq);
    else this.#bySeq.set(lease.seq, others);
    this.#size -= 1;
  }

  /** Throws when it counts wrongly, or keeps a place for a batch without leases. */
  validate(): void {
    const counted = [...this.#bySeq.values()].map((leases) => leases.length);
    if (counted.includes(0)) throw new Error('a batch without leases among those leased');
    const size = counted.reduce((sum, each) => sum + each, 0);
    if (size !== this.#size) throw new Error(`${size} leases, ${this.#size} counted`);
  }
}
