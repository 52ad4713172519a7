/** Answers the questions of the process that started this one (see `ChildProgram.ask`), and ends with it. */
export function answer(answers: Readonly<Record<string, () => unknown>>): void {
  process.on('message', (question) => {
    const find = typeof question === 'string' ? answers[question] : undefined;
    if (find === undefined) throw new Error(`expected one of ${Object.keys(answers).join(', ')}, got ${String(question)}`);
    void Promise.resolve(find()).then((found) => process.send?.(found ?? null));
  });
  process.on('disconnect', () => {
    process.exit();
  });
}
