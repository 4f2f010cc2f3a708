// Figures as the benches print them.

/** The value below which this share of the samples lies. */
export function quantile(samples: number[], share: number): number {
  const sorted = samples.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(samples: number[]): number {
  return quantile(samples, 0.5)
}

/** The goal beside a figure, and whether it is reached. */
export function goal(figure: number, relation: '<=' | '>=', wanted: number): string {
  const holds = relation === '<=' ? figure <= wanted : figure >= wanted
  return `(goal ${relation} ${wanted}: ${holds ? 'holds' : 'FALLS SHORT'})`
}
