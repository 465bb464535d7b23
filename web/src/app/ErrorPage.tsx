import { useQueryErrorResetBoundary } from '@tanstack/react-query'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { ErrorState } from '@/components/States'

/** What stands in the place of a page that failed. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const queries = useQueryErrorResetBoundary()
  useEffect(() => {
    queries.reset()
  }, [queries])
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return <ErrorState error={error instanceof Error ? error : new Error()} onRetry={retry} />
}
