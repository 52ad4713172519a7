/**
 * Room for the frames of cheap batches, and little enough for each of a thousand sockets. It becomes resident as far as it is
 * written.
 */
const chunkBytes = 64 * 1024;

/** Smaller frames cost less from Node's own pool of buffers, and for larger ones the memory is the least. */
const leastBytes = 4_096;

/** Node's Buffer, where there is one: it hands out memory without zeroing it first. */
const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;

export function allocate(bytes: number): Uint8Array {
  return NodeBuffer === undefined ? new Uint8Array(bytes) : NodeBuffer.allocUnsafe(bytes);
}

/**
 * Memory for the frames of one socket, which is used again once they are written: fresh memory for each would be collected by and
 * by, and V8 takes a pile of it for a reason to collect everything.
 */
export class FrameMemory {
  #chunk: Uint8Array | undefined;
  #used = 0;

  take(bytes: number): Uint8Array {
    if (bytes < leastBytes || bytes > chunkBytes) return allocate(bytes);
    if (this.#chunk === undefined || this.#used + bytes > chunkBytes) {
      // The one before stays with the frames that are in it.
      this.#chunk = allocate(chunkBytes);
      this.#used = 0;
    }
    this.#used += bytes;
    return this.#chunk.subarray(this.#used - bytes, this.#used);
  }

  /** No frame that is in it is needed any more. */
  reuse(): void {
    this.#used = 0;
  }

  /** Frames that are in it may be needed for longer than anybody can tell. */
  abandon(): void {
    this.#chunk = undefined;
  }
}
