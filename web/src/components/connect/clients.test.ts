import { describe, expect, it } from 'vitest'
import { CLIENTS, type DeepLink } from './clients'

const connection = { base: 'https://sluice.example', key: 'ag-secret', model: 'gpt-4o-mini' }

describe('what clients are told', () => {
  it.each(CLIENTS.map((client) => [client.name, client] as const))(
    '%s learns the address and the key',
    (_, client) => {
      const said = JSON.stringify(client.parts(connection))
      expect(said).toContain(client.id === 'cherry-studio' ? 'cherrystudio://' : connection.base)
      expect(said).toContain(connection.key)
    },
  )

  it('is read from the link as Cherry Studio reads it', () => {
    const client = CLIENTS.find(({ id }) => id === 'cherry-studio')
    const link = client?.parts(connection).find((part): part is DeepLink => part.kind === 'link')
    const data = new URL(link?.href ?? '').searchParams.get('data') ?? ''
    const expected = {
      id: 'sluice',
      name: 'Sluice',
      type: 'openai',
      baseUrl: connection.base,
      apiKey: connection.key,
    }
    expect(JSON.parse(atob(data))).toEqual(expected)
  })

  it('is valid JSON where it goes into a JSON file', () => {
    const client = CLIENTS.find(({ id }) => id === 'claude-code')
    const file = client
      ?.parts(connection)
      .find((part) => part.kind === 'snippet' && part.where.endsWith('.json'))
    expect(file?.kind === 'snippet' && JSON.parse(file.text)).toEqual({
      env: {
        ANTHROPIC_BASE_URL: 'https://sluice.example',
        ANTHROPIC_AUTH_TOKEN: 'ag-secret',
        ANTHROPIC_MODEL: 'gpt-4o-mini',
      },
    })
  })
})
