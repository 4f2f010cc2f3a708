/**
 * A string that matches a regular expression of the kind schemas use: literals, classes, groups, alternatives
 * and quantifiers. Assertions other than `^` and `$` and back references are read as matching nothing;
 * what comes out is then a best effort.
 */

export function matching(pattern: string, minLength = 0): string {
  // Open-ended repeats are lengthened until the string is long enough, as far as that is possible.
  for (let repeats = 1; repeats <= 64; repeats *= 2) {
    const made = new Reader(pattern, repeats).alternatives()
    if (made.length >= minLength) return made
  }
  return new Reader(pattern, minLength).alternatives()
}

const CLASSES: Record<string, string> = {
  d: '1',
  w: 'a',
  s: ' ',
  D: 'a',
  W: '-',
  S: 'a',
  n: '\n',
  r: '\r',
  t: '\t',
  b: '',
  B: '',
}

class Reader {
  readonly #pattern: string
  readonly #repeats: number
  #at = 0

  constructor(pattern: string, repeats: number) {
    this.#pattern = pattern
    this.#repeats = repeats
  }

  /** The first alternative counts; the others are read over. */
  alternatives(): string {
    const first = this.#sequence()
    while (this.#peek() === '|') {
      this.#at += 1
      this.#sequence()
    }
    return first
  }

  #sequence(): string {
    let made = ''
    while (this.#at < this.#pattern.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const atom = this.#atom()
      made += atom.repeat(this.#count())
    }
    return made
  }

  #atom(): string {
    const character = this.#next()
    switch (character) {
      case '^':
      case '$':
        return ''
      case '.':
        return 'a'
      case '\\':
        return this.#escape()
      case '[':
        return this.#class()
      case '(':
        return this.#group()
      default:
        return character
    }
  }

  #group(): string {
    const mark = this.#pattern.slice(this.#at).match(/^\?(?::|=|!|<=|<!|<[^>]*>)/)?.[0] ?? ''
    this.#at += mark.length
    const inner = this.alternatives()
    this.#at += 1
    return mark === '' || mark === '?:' || /^\?<[^=!]/.test(mark) ? inner : ''
  }

  #escape(): string {
    const character = this.#next()
    if (character === 'u' || character === 'x') {
      const digits = this.#pattern.slice(this.#at, this.#at + (character === 'u' ? 4 : 2))
      this.#at += digits.length
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    if (character === 'p' || character === 'P') {
      const name = this.#pattern.slice(this.#at).match(/^\{[^}]*\}/)?.[0] ?? ''
      this.#at += name.length
      return /N/.test(name) ? '1' : /Lu/.test(name) ? 'A' : 'a'
    }
    return CLASSES[character] ?? character
  }

  /** Of a class its first member; of a negated one the first plain character that is no member. */
  #class(): string {
    const end = this.#endOfClass()
    const source = this.#pattern.slice(this.#at - 1, end)
    this.#at = end
    const expression = new RegExp(source, /\\[pP]\{/.test(source) ? 'u' : '')
    for (let code = 0; code < 0x250; code += 1) {
      const character = String.fromCharCode((code + 0x61) % 0x250)
      if (expression.test(character)) return character
    }
    return ''
  }

  #endOfClass(): number {
    for (let at = this.#at; at < this.#pattern.length; at += 1) {
      if (this.#pattern[at] === '\\') at += 1
      else if (this.#pattern[at] === ']') return at + 1
    }
    return this.#pattern.length
  }

  #count(): number {
    const quantifier = this.#pattern.slice(this.#at).match(/^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/)
    if (quantifier === null) return 1
    this.#at += quantifier[0].length
    if (quantifier[0][0] === '?') return 0
    if (quantifier[0][0] === '*' || quantifier[0][0] === '+') return this.#repeats
    const least = Number(quantifier[1])
    if (quantifier[2] === '') return least
    const most = quantifier[3] === '' ? Number.POSITIVE_INFINITY : Number(quantifier[3])
    return Math.min(Math.max(least, this.#repeats), most)
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? ''
  }

  #next(): string {
    this.#at += 1
    return this.#pattern[this.#at - 1] ?? ''
  }
}
