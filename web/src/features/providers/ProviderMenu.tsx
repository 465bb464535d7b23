import { ItemMenu } from '@/components/ItemMenu'
import { useUndoableDelete } from '@/components/undo'
import { useComplain } from '@/lib/errors'
import { deleteProvider, type Provider, useUpdateProvider } from './queries'

/** What can be done with a provider from the list. */
export function ProviderMenu({ of: provider }: { of: Provider }) {
  const update = useUpdateProvider()
  const remove = useUndoableDelete()
  const complain = useComplain()
  const toggle = () =>
    update.mutate({ id: provider.id, status: provider.status === 1 ? 2 : 1 }, { onError: complain })
  const doom = () =>
    remove({
      id: `provider-${provider.id}`,
      name: provider.name,
      remove: () => deleteProvider(provider.id),
      queryKey: ['providers'],
    })
  return <ItemMenu item={provider} onToggle={toggle} onDelete={doom} />
}
