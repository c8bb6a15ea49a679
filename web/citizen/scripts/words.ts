/** Lower case without marks on letters, so that "hal i vagen" finds "Hål i vägen". */
export function plain(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

export function wordsOf(text: string): string[] {
  return plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** Whether `a` becomes `b` by at most `limit` slips: a letter wrong, missing, extra, or two swapped. */
export function within(a: string, b: string, limit: number): boolean {
  if (Math.abs(a.length - b.length) > limit) return false;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return (last[b.length] ?? Infinity) <= limit;
}

/** How well a typed word fits a known word: 0 not at all, 5 exactly. */
export function fit(typed: string, known: string): number {
  if (typed === known) return 5;
  if (known.startsWith(typed)) return 4;
  // Swedish compounds: "lampa" is in "gatlampa", and "lyktstolpen" begins with "lyktstolpe".
  if (typed.length >= 3 && known.includes(typed)) return 3;
  if (known.length >= 4 && typed.startsWith(known)) return 3;
  const slips = typed.length >= 7 ? 2 : typed.length >= 4 ? 1 : 0;
  if (slips && (within(typed, known, slips) || within(typed, known.slice(0, typed.length), slips))) return 2;
  return 0;
}
