import { Alert } from '@mantine/core'
import { useExplain } from '@/lib/errors'

/** Why what was filled in was refused; nothing where it was not. */
export function FormError({ error }: { error: Error | null }) {
  const explain = useExplain()
  if (error === null) return null
  return (
    <Alert color="red" role="alert">
      {explain(error)}
    </Alert>
  )
}
