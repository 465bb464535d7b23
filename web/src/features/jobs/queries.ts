import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from '@/lib/api'

/** Something that is done from time to time. */
export type Job = Schemas['JobView']
/** One time it was done. */
export type Run = Schemas['JobRunView']

const REFRESH_MS = 15_000
const LIVE_MS = 1_500
const HISTORY = 20

/** All jobs; looked at more often while one runs. */
export const jobList = queryOptions({
  queryKey: ['jobs', 'list'],
  queryFn: async () => unwrap(await api.GET('/api/job/')),
  refetchInterval: ({ state }) => (state.data?.some((job) => job.is_running) === true ? LIVE_MS : REFRESH_MS),
})

/** The last runs of a job. */
export const jobRuns = (name: string) =>
  queryOptions({
    queryKey: ['jobs', name, 'runs'],
    queryFn: async () => {
      const query = { p: 0, page_size: HISTORY }
      return unwrap(await api.GET('/api/job/{name}/runs', { params: { path: { name }, query } })).items
    },
    refetchInterval: REFRESH_MS,
  })

/** Beginning a job now. */
export function useRunJob() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (name: string) =>
      unwrap(await api.POST('/api/job/{name}/run', { params: { path: { name } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}
