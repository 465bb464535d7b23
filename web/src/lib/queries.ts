import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './api'

const SESSION_ENDED = 'sluice-session-ended'

/** Runs `listener` whenever the API says that nobody is signed in any more; returns how to stop that. */
export function onSessionEnd(listener: () => void): () => void {
  window.addEventListener(SESSION_ENDED, listener)
  return () => window.removeEventListener(SESSION_ENDED, listener)
}

function noticeSessionEnd(error: Error) {
  if (error instanceof ApiError && error.code === 'unauthenticated') {
    window.dispatchEvent(new Event(SESSION_ENDED))
  }
}

/** Returns the memory of what the API said. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: noticeSessionEnd }),
    mutationCache: new MutationCache({ onError: noticeSessionEnd }),
    defaultOptions: {
      queries: { staleTime: 15_000, retry: retries, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  })
}

/** Only what may pass by itself is asked again. */
function retries(count: number, error: Error): boolean {
  if (!(error instanceof ApiError)) return false
  return count < 2 && (error.status === 0 || error.status === 503)
}
