/** A request as the program of somebody. */
export const LANGUAGES = ['curl', 'python', 'javascript'] as const

/** Writes a request as code; the key is left for the reader to fill in. */
export function codeOf(language: (typeof LANGUAGES)[number], base: string, request: object): string {
  const body = JSON.stringify(request, null, 2)
  if (language === 'curl') {
    return [
      `curl ${base}/v1/chat/completions \\`,
      '  -H "Authorization: Bearer $SLUICE_KEY" \\',
      '  -H "Content-Type: application/json" \\',
      `  -d '${body.replaceAll("'", String.raw`'\''`)}'`,
    ].join('\n')
  }
  if (language === 'python') {
    return [
      'import json, os',
      'from openai import OpenAI',
      '',
      `client = OpenAI(base_url="${base}/v1", api_key=os.environ["SLUICE_KEY"])`,
      `request = json.loads(r"""${body}""")`,
      'answer = client.chat.completions.create(**request)',
      'stream' in request ? 'for piece in answer:\n    print(piece)' : 'print(answer.choices[0].message)',
    ].join('\n')
  }
  return [
    "import OpenAI from 'openai'",
    '',
    `const client = new OpenAI({ baseURL: '${base}/v1', apiKey: process.env.SLUICE_KEY })`,
    `const answer = await client.chat.completions.create(${body})`,
    'stream' in request
      ? 'for await (const piece of answer) console.log(piece)'
      : 'console.log(answer.choices[0].message)',
  ].join('\n')
}
