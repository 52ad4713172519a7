import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a compiled program, at a path relative to `dist`, in a fresh process to its end. Returns the number that it prints. */
export async function numberFrom(path: string): Promise<number> {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const { stdout } = await execute(process.execPath, [file]);
  const value = Number(stdout);
  if (stdout.trim() === '' || !Number.isFinite(value)) throw new Error(`${path} printed no number: ${stdout}`);
  return value;
}
