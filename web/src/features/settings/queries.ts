import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from '@/lib/api'

/** A setting: its value, what it does, and what it may be. */
export type Setting = Schemas['OptionView']

/** All settings; of secrets only whether they are set. */
export const settingList = queryOptions({
  queryKey: ['options', 'list'],
  queryFn: async () => unwrap(await api.GET('/api/option/', { params: { query: { all: 'true' } } })),
})

/** Saving a setting; `null` takes its default. */
export function useSaveSetting() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (input: { key: string; value: string | null }) => {
      if (!isInput(input)) throw new TypeError(input.key)
      return unwrap(await api.PUT('/api/option/', { body: input }))
    },
    onSuccess: (saved) => {
      client.setQueryData(settingList.queryKey, (before) =>
        before?.map((setting) => (setting.key === saved.key ? saved : setting)),
      )
      return Promise.all([
        client.invalidateQueries({ queryKey: ['options'] }),
        client.invalidateQueries({ queryKey: ['status'] }),
        client.invalidateQueries({ queryKey: ['routing'] }),
      ])
    },
  })
}

/** The API's own document does not say that `null` is taken, only its words do. */
function isInput(input: { key: string; value: string | null }): input is Schemas['OptionInput'] {
  return input.key !== ''
}
