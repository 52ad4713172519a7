import { maxIssueKeys, maxIssueLength, maxIssues, maxIssuesNamed } from '../limits.js';
import { Path } from '../serializer/path.js';
import { asText, abridged } from './thrown.js';
import type { ThrownKind } from './operation-errors.js';

/** Which value of an operation a schema was asked about. */
export type Subject = 'input' | 'output' | 'args';

/** One thing that is wrong with a value, by its schema. */
export interface SchemaIssue {
  /** The keys that lead to it from the value; a symbol as text. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A value is not what its schema asks for. The message says where and why, of the first few issues. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly subject: Subject;
  /** The first of them. */
  readonly issues: readonly SchemaIssue[];
  /** How many there are in all. */
  readonly issueCount: number;

  /** @param issues as a schema returned them: the items of the list may be anything */
  constructor(subject: Subject, issues: readonly unknown[]) {
    // The list may be of a class of its own. Its `slice` and `map` would make another list of that class.
    const kept = Array.from({ length: Math.min(issues.length, maxIssues) }, (_, at) => issueOf(issues[at]));
    super(summary(subject, kept, issues.length));
    this.subject = subject;
    this.issues = kept;
    this.issueCount = issues.length;
  }

  /** No retry mends a value. */
  get paladinErrorKind(): ThrownKind {
    return 'fatal';
  }
}

function issueOf(issue: unknown): SchemaIssue {
  const path = property(issue, 'path');
  return {
    path: Array.isArray(path) ? Array.from({ length: Math.min(path.length, maxIssueKeys) }, (_, at) => keyOf(path[at])) : [],
    message: abridged(asText(property(issue, 'message')), maxIssueLength),
  };
}

function keyOf(step: unknown): string | number {
  const key = typeof step === 'object' && step !== null ? property(step, 'key') : step;
  return typeof key === 'number' ? key : abridged(asText(key), maxIssueLength);
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function summary(subject: Subject, issues: readonly SchemaIssue[], count: number): string {
  if (count === 0) return `${subject}: its schema does not say why not`;
  const named = issues.slice(0, maxIssuesNamed).map((issue) => line(subject, issue));
  return [...named, ...(count > maxIssuesNamed ? [`and ${count - maxIssuesNamed} more`] : [])].join('; ');
}

function line(subject: Subject, { path, message }: SchemaIssue): string {
  const steps = new Path();
  for (const key of path) steps.push(key);
  // The path begins with a sign for the value itself.
  return abridged(`${subject}${steps.toString().slice(1)}: ${message.replaceAll(/\s*[\r\n]+\s*/gu, ' ')}`, maxIssueLength);
}
