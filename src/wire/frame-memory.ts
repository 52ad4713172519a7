/**
 * The size of a chunk: room for the frames of cheap batches, and little enough for each of a thousand sockets. Memory is only
 * taken as far as it is written.
 */
const chunkBytes = 64 * 1024;

/** Smaller frames cost less from Node's own pool of buffers. */
const leastBytes = 4_096;

/** Node's Buffer, where there is one: it hands out memory without zeroing it first. */
const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;

export function allocate(bytes: number): Uint8Array {
  return NodeBuffer === undefined ? new Uint8Array(bytes) : NodeBuffer.allocUnsafe(bytes);
}

/**
 * Memory for the frames of one socket. It is used again once they are written. Fresh memory for each frame would pile up until it
 * is collected, and V8 collects everything when it sees a pile.
 */
export class FrameMemory {
  #chunk: Uint8Array | undefined;
  #used = 0;

  take(bytes: number): Uint8Array {
    if (bytes < leastBytes || bytes > chunkBytes) return allocate(bytes);
    if (this.#chunk === undefined || this.#used + bytes > chunkBytes) {
      // The chunk before stays with the frames that are in it.
      this.#chunk = allocate(chunkBytes);
      this.#used = 0;
    }
    this.#used += bytes;
    return this.#chunk.subarray(this.#used - bytes, this.#used);
  }

  /** Uses the memory again: no frame that is in it is needed any more. */
  reuse(): void {
    this.#used = 0;
  }

  /** Takes other memory from now on: frames may be needed for longer than anybody can tell. */
  abandon(): void {
    this.#chunk = undefined;
  }
}
