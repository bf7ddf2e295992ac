// RFC 8785: JSON.stringify already has its numbers and its escapes; only the order of keys (by
// UTF-16 code units, which is how JavaScript compares strings) is ours to do.
export const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object')
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join(',')}}`
  return JSON.stringify(value)
}
