import { Button, Drawer } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '@/components/Page'
import { SearchInput } from '@/components/SearchInput'
import { ViewTabs } from '@/components/ViewTabs'
import { BuiltinPrices } from './BuiltinPrices'
import { DisputedPrices } from './DisputedPrices'
import { EffectivePrices } from './EffectivePrices'
import { OfferDrawer } from './OfferDrawer'
import { PriceForm } from './PriceForm'
import { unpricedList } from './queries'
import { type PriceSearch, VIEWS } from './search'
import { StatedPrices } from './StatedPrices'
import { UnpricedModels } from './UnpricedModels'
import { newPrice, type PriceValues } from './values'

const route = getRouteApi('/shell/admin/prices')

/** What models cost at providers, who says so, and since when. */
export function PricesPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const [stating, setStating] = useState<PriceValues | null>(null)
  const unpriced = useInfiniteQuery(unpricedList).data?.pages[0]?.total ?? undefined
  const view = search.view ?? 'effective'
  const change = (part: PriceSearch) => void go({ search: { ...search, ...part }, replace: true })
  const close = () => {
    setStating(null)
    if (search.new === true) change({ new: undefined })
  }
  const stated = () => {
    notifications.show({ message: t('prices.stated') })
    close()
  }
  const form = search.new === true ? newPrice() : stating
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => void go({ search: { ...search, new: true } })}
    >
      {t('prices.new')}
    </Button>
  )
  return (
    <Page title={t('prices.title')} about={t('prices.about')} actions={add}>
      <ViewTabs
        label={t('prices.title')}
        value={view}
        views={VIEWS.map((value) => ({
          value,
          label: t(`prices.views.${value}`),
          count: value === 'unpriced' ? unpriced : undefined,
        }))}
        onChange={(next) => change({ view: next === 'effective' ? undefined : next })}
      >
        {view !== 'unpriced' && (
          <SearchInput
            label={t('prices.search')}
            maw={360}
            value={search.q ?? ''}
            onSearch={(q) => change({ q: q === '' ? undefined : q })}
          />
        )}
        {view === 'effective' && (
          <EffectivePrices
            text={search.q}
            onOpen={({ model, provider }) => void go({ search: { ...search, model, at: provider } })}
            onSet={setStating}
          />
        )}
        {view === 'unpriced' && <UnpricedModels onSet={setStating} />}
        {view === 'stated' && <StatedPrices text={search.q} onSet={setStating} add={add} />}
        {view === 'builtin' && <BuiltinPrices text={search.q} onSet={setStating} />}
        {view === 'disputed' && <DisputedPrices text={search.q} onSet={setStating} />}
      </ViewTabs>
      <OfferDrawer
        model={search.model}
        provider={search.at}
        onClose={() => change({ model: undefined, at: undefined })}
        onSet={(values) => {
          change({ model: undefined, at: undefined })
          setStating(values)
        }}
      />
      <Drawer opened={form !== null} onClose={close} size="xl" title={t('prices.new')}>
        {form && <PriceForm initial={form} onDone={stated} />}
      </Drawer>
    </Page>
  )
}
