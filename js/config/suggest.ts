// What the user probably meant.

/** The known word that `word` is a slip of: `apikey`, `api_key` and `apiKye` for `apiKey`. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  if (word.length > 40) return undefined
  const bare = letters(word)
  const near = known
    .map((candidate) => ({ candidate, distance: distance(bare, letters(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.min(2, Math.floor(candidate.length / 3)))
    .sort((one, other) => one.distance - other.distance)
  return near[0]?.candidate
}

function letters(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Levenshtein's, with a swap of neighbours counted once: the commonest slip of all. */
function distance(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const now = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      now[column] = Math.min(
        (last[column] ?? 0) + 1,
        (now[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = now
  }
  return last[to.length] ?? 0
}
