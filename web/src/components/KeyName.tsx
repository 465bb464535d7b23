import { Text } from '@mantine/core'
import type { Key } from '@/lib/keys'
import { LinkAnchor } from './Links'

/** The name of a key with the end of its secret, and the way to it. */
export function KeyName({ of: key }: { of: Key }) {
  return (
    <div>
      <LinkAnchor to="/keys/$id" params={{ id: String(key.id) }} fw={550} c="inherit">
        {key.name}
      </LinkAnchor>
      <Text size="xs" c="dimmed" ff="monospace">
        {key.key}
      </Text>
    </div>
  )
}
