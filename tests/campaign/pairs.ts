/**
 * Pairwise testing (Cohen et al. 1997): few of many cases, among which each two values of different properties that
 * come together in any of them do so in one at least.
 *
 * @module
 */

/**
 * Chooses cases until their pairs of values are those of all, each time one that adds the most.
 *
 * @param propertiesOf each case's values, of the same properties in the same order
 */
export function coveringPairs<T>(
  cases: readonly T[],
  propertiesOf: (item: T) => readonly string[],
): { covering: T[]; rest: T[] } {
  const numbers = new Map<string, number>();
  const numberOf = (pair: string) => numbers.get(pair) ?? numbers.set(pair, numbers.size).size - 1;
  const left = new Set(cases.map((item) => ({ item, pairs: pairsOf(propertiesOf(item)).map(numberOf) })));
  const isMissing = new Uint8Array(numbers.size).fill(1);
  const covering: T[] = [];
  while (isMissing.includes(1)) {
    let most = 0;
    let best: { item: T; pairs: number[] } | undefined;
    for (const candidate of left) {
      const adds = candidate.pairs.reduce((sum, pair) => sum + isMissing[pair]!, 0);
      if (adds > most) [most, best] = [adds, candidate];
    }
    if (best === undefined) throw new Error("Cannot cover pairs that come from no case");
    for (const pair of best.pairs) isMissing[pair] = 0;
    covering.push(best.item);
    left.delete(best);
  }
  return { covering, rest: [...left].map(({ item }) => item) };
}

function pairsOf(values: readonly string[]): string[] {
  return values.flatMap((value, i) => values.slice(i + 1).map((other, j) => `${i} ${value} ${i + 1 + j} ${other}`));
}
