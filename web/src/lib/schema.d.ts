// Made from the OpenAPI document of the admin API by `npm run schema`; do not edit.

export interface paths {
    "/api/about": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The text about this installation. */
        get: operations["read_about"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts in the order in which they were opened, the operator's included. */
        get: operations["list_accounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own account; it is opened when it is first looked at. */
        get: operations["read_own_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/self/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Transfers into and out of one's own account, newest first. */
        get: operations["list_own_transfers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One account: one's own, that of one's own key, or for administrators any. */
        get: operations["read_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/{id}/correction": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put a mistake right: give to the account, or take from it, below zero if need be. */
        post: operations["correct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/{id}/expiry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take credit that ran out of time: no more than is available. */
        post: operations["expire"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/{id}/grant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Book credit that the operator gives. */
        post: operations["grant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/{id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give back what a call was charged, wholly or in part: never more than the account paid for it. */
        post: operations["refund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/{id}/top-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Book money that the holder paid in. */
        post: operations["top_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/{id}/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Transfers into and out of an account, newest first: one's own account, that of one's own key, or for administrators
         *     any.
         */
        get: operations["list_transfers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agg-token/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own keys, newest first; declared ones before. */
        get: operations["list_keys"];
        /** Change a key; absent fields stay. */
        put: operations["update_key"];
        /** Make a key of one's own. */
        post: operations["create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agg-token/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enable, disable or delete many keys, otherwise as with providers. */
        post: operations["change_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agg-token/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One key. */
        get: operations["read_key"];
        put?: never;
        post?: never;
        /** Delete a key; the records of its calls stay. */
        delete: operations["delete_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agg-token/{id}/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account of a key: one's own key's, or for administrators any. It is opened when it is first looked at. */
        get: operations["read_account_of_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agg-token/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a key another secret. The present one works for a while longer; the one before that stops at once. Everything
         *     else about the key stays: its limits, its balance, its calls.
         */
        post: operations["rotate_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agg-token/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was used with one key, otherwise as `/api/dashboard/usage`. */
        get: operations["read_key_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alert/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Alerts, the one raised last first. */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what, newest first. Page by `next_cursor`; with `p`, `total` stops counting at 10,000. */
        get: operations["list_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One entry of the audit log. */
        get: operations["read_entry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budget/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Budgets in the order in which they were made: one's own and those of one's keys, or for administrators all. */
        get: operations["list_budgets"];
        put?: never;
        /**
         * Make a budget, for a key of one's own, or for administrators any key or user. A scope has one budget for each kind of
         *     period; every one that applies to a call must have room for it.
         */
        post: operations["create_budget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budget/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One budget, as it stands in the period at hand. */
        get: operations["read_budget"];
        /** Change a budget's limit. A limit below what was drawn already stops calls until the next period. */
        put: operations["update_budget"];
        post?: never;
        /** Delete a budget; what was drawn from it stays on record. */
        delete: operations["delete_budget"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Totals and the last seven days of everybody. */
        get: operations["read_dashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dashboard/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this node is doing right now; ask as often as every second. */
        get: operations["read_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dashboard/self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Totals and the last seven days of one's own calls. */
        get: operations["read_own_dashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dashboard/self/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one used oneself, otherwise as `/api/dashboard/usage`. */
        get: operations["read_own_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dashboard/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What everybody used: sums, times to first tokens, a chart, parts, and the same of the time before. Ends are
         *     widened to whole hours.
         */
        get: operations["read_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/group/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Groups by name. A group that does not exist, such as `default` before somebody makes it, multiplies by one. */
        get: operations["list_groups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/group/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One group. */
        get: operations["read_group"];
        /** Make a group, or change the one of this name. It holds for calls that begin from now on. */
        put: operations["put_group"];
        post?: never;
        /** Delete a group that no user and no key of the configuration file is in: what they pay must not change by that. */
        delete: operations["delete_group"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/job/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All jobs: when each is due, whether it runs and how far it is, and what came of the last run. */
        get: operations["list_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/job/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One job. Ask again to see how far it is. */
        get: operations["read_job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/job/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a job now, on this node, whenever it is due. It goes on after the answer; ask for the job to see how far it is. */
        post: operations["run_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/job/{name}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last runs of a job, newest first; the last two hundred are kept. */
        get: operations["list_job_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ledger/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ledger as a file, oldest transfers first. Break-off without an end means that the database went away. */
        get: operations["export_ledger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ledger/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the nightly audit of the ledger found. `POST /api/ledger/verify` makes another one at once. */
        get: operations["read_state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ledger/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check every chain, balance, lease and charge, within a minute. Calls go on meanwhile. */
        post: operations["verify_ledger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/log/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls of everybody, newest first. Page by `next_cursor`; with `p`, `total` stops counting at 10,000. With `keyword`,
         *     `stream`, `error` or an exact `status`, which no index finds, a page may hold fewer calls than asked, or none, although more
         *     follow: go on while there is a `next_cursor`. With `aggregation=attempt` pages and numbers still count calls.
         */
        get: operations["list_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/log/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls of everybody as a file, newest first, with the filters of `/api/log/`. Breaking off without an end means that the
         *     database went away.
         */
        get: operations["export_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/log/self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own calls, newest first, otherwise as `/api/log/`. `provider` and `user` are not looked at. */
        get: operations["list_own_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/log/self/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own calls as a file, otherwise as `/api/log/export`. */
        get: operations["export_own_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/log/{call}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call, as named by `x-sluice-call`. */
        get: operations["read_call"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/log/{call}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why a call went where it went: every candidate with its numbers, or why it could not be used. The owner of the call
         *     is not told which providers they are, nor what they cost.
         */
        get: operations["explain_call"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/log/{call}/receipt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a call cost and what its caller paid, computed again from its stored parts and compared with what is on record. */
        get: operations["read_receipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notice": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The announcement. */
        get: operations["read_notice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/option/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The settings, each with what it does and what it may be. Secrets are left out unless they are asked for, so that a
         *     script may write back what it has read.
         */
        get: operations["list_options"];
        /** Save a setting; in force at once. `null` takes its default. */
        put: operations["put_option"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/option/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One setting. Of a secret only whether it was saved. */
        get: operations["read_option"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Providers by priority; declared ones before. */
        get: operations["list_providers_by_plugin"];
        /** Change a provider: only the fields that are sent, zero included. Empty secrets keep what is stored, `null` clears. */
        put: operations["update_provider_by_plugin"];
        /** Make a provider. With `key` it gets a first credential named `default`. */
        post: operations["create_provider_by_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All providers of the database, without secrets. */
        get: operations["export_providers_by_plugin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import providers. One with the same `base_url` and `user_id` (without `user_id`: and name) is changed by the fields that are sent, others are
         *     made. Those that cannot be used are skipped, with the reason.
         */
        post: operations["import_providers_by_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/token/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a credential: only the fields that are sent. */
        put: operations["update_credential_by_plugin"];
        post?: never;
        /**
         * Delete a credential with its routes. One that is a key of the provider's site is deleted there first; where that fails
         *     nothing is deleted.
         */
        delete: operations["delete_credential_by_plugin"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One provider. */
        get: operations["read_provider_by_plugin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/{id}/model-alias-mapping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The aliases of a provider. */
        get: operations["read_model_aliases_by_plugin"];
        /** Replace the aliases of a provider. */
        put: operations["write_model_aliases_by_plugin"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/{id}/pricing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the provider's site offers, as it was last read. */
        get: operations["read_pricing_by_plugin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make Sluice know what the provider knows. With a system access token of a NewAPI or One-API site: balance, models, groups,
         *     keys, prices, and routes made of them; a step that fails keeps what was known. Else: the models that each enabled credential
         *     may use, as `/api/provider/{id}/models` does, and the balance where the vendor tells it.
         */
        post: operations["sync_provider_by_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugin/provider/{id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The credentials of a provider, secrets masked. */
        get: operations["list_credentials_by_plugin"];
        put?: never;
        /**
         * Add a credential to a provider: the secret that is sent as `key`, or, without one, a new key that is made at the provider's
         *     site with the group, quota and models that are sent.
         */
        post: operations["create_credential_by_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/price/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prices that were stated here or published by providers, by model, then from the latest to take effect to the
         *     earliest. `/api/price/builtin` has the others.
         */
        get: operations["list_prices"];
        put?: never;
        /**
         * State a price. It holds for calls that begin once it takes effect, until a later one for the same model and place
         *     does; it is never changed, only followed by another. What was charged before stays.
         */
        post: operations["create_price"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/price/builtin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prices of the catalogue inside Sluice: list prices of vendors. They hold where neither the operator nor the provider
         *     states one.
         */
        get: operations["list_builtin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/price/disputed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Built-in prices that the data sets behind them do not agree on. State your own where it matters. */
        get: operations["list_disputed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/price/effective": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The price that would hold for a call now, and who states it. */
        get: operations["find_price"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/price/unpriced": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Models without a price now: those that enabled routes lead to, routes with wildcards that no price covers, and what was
         *     used without a price in the last 30 days. Calls of billed accounts to them are refused; those of others are recorded as
         *     unpriced.
         */
        get: operations["list_unpriced"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/price/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One price. */
        get: operations["read_price"];
        put?: never;
        post?: never;
        /** Delete a price; what was charged at it stays as it was. A published one comes back with the next sync. */
        delete: operations["delete_price"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Providers by priority; declared ones before. */
        get: operations["list_providers"];
        /** Change a provider: only the fields that are sent, zero included. Empty secrets keep what is stored, `null` clears. */
        put: operations["update_provider"];
        /** Make a provider. With `key` it gets a first credential named `default`. */
        post: operations["create_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enable, disable or delete many providers. Each is told by itself; one that fails stops no other. */
        post: operations["change_providers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/checkin/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest check-ins: 50 by default, at most 500. */
        get: operations["list_checkins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/checkin/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check in now at all providers that do not count today yet, those that failed too. Waits for the end for a minute. */
        post: operations["run_checkins"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/checkin/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest runs of check-ins: 20 by default, at most 200. */
        get: operations["list_checkin_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/checkin/uncheckin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The providers with check-in that do not count today yet. */
        get: operations["list_missing_checkins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All providers of the database, without secrets. */
        get: operations["export_providers"];
        put?: never;
        /**
         * All providers of the database with their secrets, for root: system access tokens, proxies, headers and credentials. It
         *     stands in the audit log that this was asked for.
         */
        post: operations["export_with_secrets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import providers. One with the same `base_url` and `user_id` (without `user_id`: and name) is changed by the fields that are sent, others are
         *     made. Those that cannot be used are skipped, with the reason.
         */
        post: operations["import_providers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Numbers about all providers. */
        get: operations["summarise_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/token/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One credential, its secret masked. */
        get: operations["read_credential"];
        /** Change a credential: only the fields that are sent. */
        put: operations["update_credential"];
        post?: never;
        /**
         * Delete a credential with its routes. One that is a key of the provider's site is deleted there first; where that fails
         *     nothing is deleted.
         */
        delete: operations["delete_credential"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One provider. */
        get: operations["read_provider"];
        put?: never;
        post?: never;
        /** Delete a provider with its credentials and routes, unless rules or keys name it; the records of its calls stay. */
        delete: operations["delete_provider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}/checkin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check in at one provider now, whatever came before today. */
        post: operations["check_in_at"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}/model-alias-mapping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The aliases of a provider. */
        get: operations["read_model_aliases"];
        /** Replace the aliases of a provider. */
        put: operations["write_model_aliases"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the upstream which models each enabled credential may use, and make routes of the answer. A credential whose
         *     answer cannot be used keeps its routes. Providers that the configuration file declares are asked, and not changed.
         */
        post: operations["discover_models"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}/prices/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read the prices that a NewAPI or One-API site publishes under `/api/pricing`, and make what the provider charges equal
         *     to them: by the factor of the groups that its enabled credentials are in. An answer that cannot be understood wholly
         *     changes nothing.
         */
        post: operations["sync_prices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}/pricing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the provider's site offers, as it was last read. */
        get: operations["read_pricing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make Sluice know what the provider knows. With a system access token of a NewAPI or One-API site: balance, models, groups,
         *     keys, prices, and routes made of them; a step that fails keeps what was known. Else: the models that each enabled credential
         *     may use, as `/api/provider/{id}/models` does, and the balance where the vendor tells it.
         */
        post: operations["sync_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a real small call to a provider, or by one of its routes, and tell what happens as events: `start`, `head` (status and
         *     time), `text` (each piece of the answer) and `done` (whether it went well, the whole answer, times). It costs what such a call
         *     costs, is not recorded and changes nothing.
         */
        post: operations["try_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/provider/{id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The credentials of a provider, secrets masked. */
        get: operations["list_credentials"];
        put?: never;
        /**
         * Add a credential to a provider: the secret that is sent as `key`, or, without one, a new key that is made at the provider's
         *     site with the group, quota and models that are sent.
         */
        post: operations["create_credential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Routes by model, then by priority; declared ones before. */
        get: operations["list_routes"];
        put?: never;
        /** Make a route by hand. */
        post: operations["create_route"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route/batch-update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change several routes, all or none. */
        post: operations["update_routes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enable, disable or delete many routes, otherwise as with providers. */
        post: operations["change_routes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that enabled routes serve; wildcards as they are written. */
        get: operations["list_route_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Routes with what they lead to, by model, then by priority. */
        get: operations["overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell where a call would go right now, and why, without making it or saving anything. Draws are made as for a call, so that the order of
         *     candidates with shares may differ each time.
         */
        post: operations["preview_route"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask every enabled provider for its models again and rebuild the routes, in the background. What was set by hand
         *     stays, and so do the routes of providers that cannot be asked.
         */
        post: operations["rebuild_routes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One route. */
        get: operations["read_route"];
        /** Change a route: only the fields that are sent. */
        put: operations["update_route"];
        post?: never;
        /** Delete a route. A discovered one comes back with the next discovery; disable it instead. */
        delete: operations["delete_route"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/routing/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The routing policy of the database; what the configuration file says besides goes before it. */
        get: operations["read_policy"];
        /** Replace the routing policy: what is left out is at its default. In force at once. */
        put: operations["put_policy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/routing/rules/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try rules on a sample call without making it. */
        post: operations["test_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether set-up is needed. */
        get: operations["read_setup"];
        put?: never;
        /** Make the root user and log it in. Works once. */
        post: operations["set_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Name, texts and state of this installation. */
        get: operations["read_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfer/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One transfer, for those who may look at one of its accounts. */
        get: operations["read_transfer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users, newest first. */
        get: operations["list_users"];
        /** Change a user. */
        put: operations["update_user"];
        /** Make a user. */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Log in with name and password. */
        post: operations["log_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Log out: the session ends on the server too. Kept for scripts; prefer `POST`. */
        get: operations["log_out_by_get"];
        put?: never;
        /** Log out: the session ends on the server too. */
        post: operations["log_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/manage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Disable, enable, delete, promote or demote a user by name. */
        post: operations["manage_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an account, where `RegisterEnabled` and `PasswordRegisterEnabled` allow it. Does not log in. The user pays for
         *     its calls from its own balance.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The first hundred users that match. */
        get: operations["search_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own account. */
        get: operations["read_self"];
        /** Change one's own account. A new password ends all other sessions. */
        put: operations["update_self"];
        post?: never;
        /** Delete one's own account with its keys. The root user cannot. */
        delete: operations["delete_self"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/self/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where one is logged in, the session used last first. */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        /** End all of one's own sessions but the one that asks. */
        delete: operations["end_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/self/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of one's own sessions; it stops working at once. */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/self/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own personal access tokens, newest first. */
        get: operations["list_tokens"];
        put?: never;
        /** Make a personal access token beside those that there are. Only in a session. */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/self/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke one of one's own personal access tokens; it stops working at once. */
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Make the personal access token named `default`; the one before stops working. Only in a session. Kept for scripts;
         *     prefer `POST /api/user/self/tokens`.
         */
        get: operations["make_access_token_by_get"];
        put?: never;
        /** Make the personal access token named `default`; the one before stops working. Only in a session. */
        post: operations["make_access_token"];
        /** Revoke all of one's own personal access tokens. */
        delete: operations["revoke_access_tokens"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user. */
        get: operations["read_user"];
        put?: never;
        post?: never;
        /** Delete a user with its keys; the records of its calls stay. */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/{id}/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account of a user: one's own, or for administrators anybody's. It is opened when it is first looked at. */
        get: operations["read_account_of_user"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a user is logged in, the session used last first. */
        get: operations["list_sessions_of"];
        put?: never;
        post?: never;
        /** End all sessions of a user. */
        delete: operations["end_sessions_of"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/{id}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one session of a user; it stops working at once. */
        delete: operations["end_session_of"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/{id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user's personal access tokens, newest first. */
        get: operations["list_tokens_of"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/{id}/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a user's personal access token; it stops working at once. */
        delete: operations["revoke_token_of"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/vendor/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The kinds of upstream that exist. */
        get: operations["list_vendors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An account as it stands now. */
        AccountView: {
            /**
             * Format: int64
             * @description `posted_micros` less `leased_micros`; below 0 after a charge or correction beyond the balance.
             */
            available_micros: number;
            /**
             * Format: int64
             * @description When it was opened, Unix seconds.
             */
            created_time: number;
            /** Format: int64 */
            id: number;
            /**
             * @description `user`, `key`, `organisation`; `cash`, `cost`, `revenue` (the operator's, on each node); `budget` (what is left
             *     of a budget in one period).
             */
            kind: string;
            /**
             * Format: int64
             * @description What nodes have borrowed for calls under way.
             */
            leased_micros: number;
            /**
             * Format: int64
             * @description Id of the user, key, organisation, node or budget.
             */
            owner_id: number;
            /** @description Login name of the user, or name of the key; `null` for others and for what was deleted. */
            owner_name?: string | null;
            /**
             * Format: int64
             * @description When the budget's period begins, Unix seconds; `null` for other accounts.
             */
            period_start?: number | null;
            /**
             * Format: int64
             * @description Credits less debits; of a budget, its limit less what was drawn.
             */
            posted_micros: number;
            /**
             * Format: int64
             * @description Number of transfers so far.
             */
            transfers: number;
        };
        /** @description Something that somebody has to look at, once however often it was seen. */
        AlertView: {
            /**
             * Format: int64
             * @description How often it was seen since it was raised.
             */
            count: number;
            /** Format: int64 */
            id: number;
            /** @description Stable name of what it is about. */
            kind: string;
            /**
             * Format: int64
             * @description When it was seen last, Unix seconds.
             */
            last_seen_time: number;
            /** @description What is wrong and what to do, in the language asked for. */
            message: string;
            /**
             * Format: int64
             * @description When it was raised, Unix seconds.
             */
            raised_time: number;
            /**
             * Format: int64
             * @description When it was over, Unix seconds; `null` while it is not.
             */
            resolved_time?: number | null;
            /** @description Which one of them; empty where there is only one. */
            subject: string;
        };
        /** @description All aliases of a provider. */
        AliasInput: {
            /** @description Public name → name there; empty entries are dropped. */
            model_alias_mapping: {
                [key: string]: string;
            };
        };
        /** @description An amount to book. Fields that are not known are refused: a slip of the pen must not move another amount. */
        AmountInput: {
            /**
             * Format: int64
             * @description How much, in micro-dollars: 1 to 10^15.
             */
            amount_micros: number;
            /** @description Note for people, at most 255 characters. The account's holder can read it. */
            memo?: string | null;
        };
        /** @description One try of a call at one route. */
        AttemptView: {
            /** @description The dialect that the request was converted into; `null` where it went as it came. */
            dialect?: string | null;
            /** Format: int64 */
            duration_ms: number;
            /** @description What went wrong; `null` when the answer was accepted. */
            error?: string | null;
            /** @description What the conversion could not carry, as the header `x-sluice-losses` told the caller; empty for nothing. */
            losses: string;
            /** @description Model name that was sent. */
            model?: string | null;
            /** Format: int64 */
            provider_id?: number | null;
            provider_name?: string | null;
            /** Format: int64 */
            provider_token_id?: number | null;
            /**
             * Format: int64
             * @description Start, in milliseconds after the call began.
             */
            started_ms: number;
            /**
             * Format: int32
             * @description HTTP status of the upstream; 0 when none came.
             */
            status: number;
        };
        /** @description What an audit found. */
        Audit: {
            /**
             * Format: int64
             * @description Accounts looked at.
             */
            accounts: number;
            /**
             * Format: int64
             * @description When it began, Unix milliseconds.
             */
            began_at_ms: number;
            /**
             * Format: int64
             * @description Records of charged calls compared with transfers.
             */
            calls: number;
            /** @description What does not add up. */
            deviations: components["schemas"]["Fault"][];
            /**
             * Format: int64
             * @description How long it took.
             */
            duration_ms: number;
            /**
             * Format: int64
             * @description Slices whose node did not come back in time; another one takes them back.
             */
            expired_leases: number;
            /**
             * Format: int64
             * @description What is left of those.
             */
            expired_micros: number;
            /** @description Whether everything adds up. */
            is_clean: boolean;
            /**
             * Format: int64
             * @description What is left of them.
             */
            leased_micros: number;
            /**
             * Format: int64
             * @description Slices of accounts and budgets that nodes have borrowed.
             */
            leases: number;
            /**
             * Format: int64
             * @description Links of chains followed; each transfer has two.
             */
            links: number;
            /**
             * Format: int64
             * @description How many more there are.
             */
            more_deviations: number;
            /**
             * Format: int64
             * @description How many more there are.
             */
            more_parked: number;
            /** @description Calls that could not be posted and were put aside, the longest parked first. */
            parked: components["schemas"]["Parked"][];
            /**
             * Format: int64
             * @description Transfers compared with their accounts and with records of calls.
             */
            transfers: number;
        };
        /** @description A change that somebody asked for. */
        AuditEntryView: {
            /** @description Method and path as this document has them, such as `PUT /api/user`. */
            action: string;
            /** @description What it was afterwards; `null` like `before`. */
            after?: unknown;
            /** @description What it was before; `null` where there was nothing to see, and for administrators where root made the change. */
            before?: unknown;
            /** @description Where the request came from. */
            client_ip: string;
            /** @description Stable code of the failure; empty for none. */
            code: string;
            /**
             * Format: int64
             * @description When it was asked for, Unix seconds.
             */
            created_at: number;
            /**
             * Format: int64
             * @description The same in milliseconds.
             */
            created_at_ms: number;
            /** @description The id that the client got as `x-sluice-call`. */
            id: string;
            /** @description How the user proved to be one: `session`, `token` or `login`. */
            proof: string;
            /**
             * Format: int32
             * @description Role at that time.
             */
            role: number;
            /**
             * Format: int32
             * @description HTTP status of the answer; `null` while it is under way, and for good where the process died meanwhile.
             */
            status?: number | null;
            /** @description Path of what was changed; empty where nothing can be named. */
            subject: string;
            /** @description Whether it was done; `null` like `status`. */
            success?: boolean | null;
            /**
             * Format: int64
             * @description Who asked; `null` for a stranger.
             */
            user_id?: number | null;
            /** @description Login name at that time. */
            username: string;
        };
        /** @description Changes of several routes. */
        BatchInput: {
            items: components["schemas"]["BatchItem"][];
        };
        /** @description A change of one route. */
        BatchItem: components["schemas"]["RouteInput"] & {
            /** Format: int64 */
            id: number;
        };
        /** @description How many routes were changed. */
        BatchView: {
            updated: number;
        };
        /**
         * @description The operator's account that a mistake was booked against.
         * @enum {string}
         */
        BookInput: "revenue" | "cash" | "cost";
        /** @description A transfer with its places in the chains of its accounts. */
        BookedView: {
            /** Format: int64 */
            amount_micros: number;
            /**
             * Format: int64
             * @description When it was ordered, Unix milliseconds.
             */
            created_at_ms: number;
            /**
             * Format: int64
             * @description Account whose balance rose.
             */
            credit_account: number;
            /**
             * Format: int64
             * @description Place in its chain.
             */
            credit_seq: number;
            /**
             * Format: int64
             * @description Account whose balance fell.
             */
            debit_account: number;
            /**
             * Format: int64
             * @description Place in its chain.
             */
            debit_seq: number;
            /** @description UUID; that of a charge is the id of its call. */
            id: string;
            /** @description `charge`, `refund` or `correction`. */
            kind: string;
            /** @description Note for people. */
            memo: string;
        };
        /** @description A change of a budget. Fields that are not known are refused. */
        BudgetInput: {
            /**
             * Format: int64
             * @description What may be spent in one period, in micro-dollars: 0 to 10^15. It holds for the period at hand too.
             */
            limit_micros: number;
        };
        /** @description A budget, as it stands in the period at hand. */
        BudgetView: {
            /**
             * Format: int64
             * @description What was drawn in this period.
             */
            drawn_micros: number;
            /** Format: int64 */
            id: number;
            /**
             * Format: int64
             * @description What nodes have borrowed for calls under way.
             */
            leased_micros: number;
            /**
             * Format: int64
             * @description What is left of this period's limit: below 0 after a call that cost more than was held for it.
             */
            left_micros: number;
            /**
             * Format: int64
             * @description What may be spent in one period.
             */
            limit_micros: number;
            /**
             * Format: int64
             * @description Id of the key, user or organisation.
             */
            owner_id: number;
            /** @description Name of the key, or login name of the user; `null` for what was deleted. */
            owner_name?: string | null;
            /** @description `total`, `day`, `week` or `month`. */
            period: string;
            /**
             * Format: int64
             * @description When the next period begins, Unix seconds; `null` for `total`.
             */
            period_end?: number | null;
            /**
             * Format: int64
             * @description When the period at hand began, Unix seconds; `null` for `total`.
             */
            period_start?: number | null;
            /** @description `key`, `user` or `organisation`. */
            scope: string;
            /** @description Time zone that periods begin and end by. */
            zone: string;
        };
        /**
         * @description What is to be done.
         * @enum {string}
         */
        BulkAction: "enable" | "disable" | "delete";
        /** @description What is to be done to which things. */
        BulkInput: {
            action: components["schemas"]["BulkAction"];
            /** @description Their ids, at most 500; they are done in this order. */
            ids: number[];
        };
        /** @description What was done to one thing. */
        BulkItemView: {
            /** @description Id of its entry in the audit log. */
            audit_id?: string | null;
            /** @description Stable code of the failure; empty for none. */
            code: string;
            /** Format: int64 */
            id: number;
            /** @description What is wrong; empty for nothing. */
            message: string;
            /**
             * Format: int32
             * @description HTTP status that it would have been answered with by itself.
             */
            status: number;
            success: boolean;
        };
        /** @description What was done. */
        BulkView: {
            /** @description To how many things it was done. */
            done: number;
            /** @description To how many it was not. */
            failed: number;
            /** @description Each of them, in the order of the request. */
            items: components["schemas"]["BulkItemView"][];
        };
        /** @description One page of calls, and what the first page says of all of them. */
        CallPageView: components["schemas"]["PageView_CallView"] & {
            /**
             * @description Names of the providers that answered, whatever `provider` says; `null` on later pages, and for users who may not
             *     see them.
             */
            providers?: string[] | null;
            summary?: components["schemas"]["CallSummaryView"] | null;
        };
        /** @description Calls in numbers. */
        CallSummaryView: {
            /**
             * Format: int64
             * @description Mean time from a request to the end of its answer, milliseconds.
             */
            avg_latency: number;
            /** Format: int64 */
            cache_tokens: number;
            /** Format: int64 */
            error_count: number;
            /** Format: int64 */
            input_tokens: number;
            /**
             * Format: int64
             * @description Calls whose answers were found to be invalid, among the newest 10,000 failures.
             */
            invalid_response_count: number;
            /**
             * Format: double
             * @description Share of those, per cent.
             */
            invalid_response_rate: number;
            /**
             * @description Whether all calls are counted: to whole hours of `from` and `to`. Where filters are set that the hourly sums do not
             *     know, only the newest thousand calls are looked at.
             */
            is_whole: boolean;
            /** Format: int64 */
            output_tokens: number;
            /** Format: int64 */
            success_count: number;
            /** Format: int64 */
            total: number;
            /**
             * Format: double
             * @description What they cost the operator, US dollars; `null` for users who may not see it.
             */
            total_cost?: number | null;
        };
        /** @description The record of a call. */
        CallView: {
            /**
             * Format: int64
             * @description Id of the key.
             */
            aggregated_token_id: number;
            /** @description Number of attempts; with `aggregation=attempt` which one this is, counted from 1. */
            attempt_index: number;
            /** @description Every try, in order. */
            attempts: components["schemas"]["AttemptView"][];
            /** Format: int64 */
            cache_creation_1h_tokens: number;
            /** Format: int64 */
            cache_creation_5m_tokens: number;
            /**
             * Format: int64
             * @description Tokens written to the vendor's cache.
             */
            cache_creation_tokens: number;
            /**
             * Format: int64
             * @description Tokens read from the vendor's cache.
             */
            cache_tokens: number;
            /**
             * Format: int64
             * @description What the caller paid, micro-dollars; null when nobody was billed.
             */
            charged_micros?: number | null;
            client_ip: string;
            /**
             * Format: int64
             * @description All tokens written, reasoning included.
             */
            completion_tokens: number;
            /**
             * Format: int64
             * @description The same in millionths of a US dollar.
             */
            cost_micros?: number | null;
            /**
             * Format: double
             * @description What the call cost the operator, US dollars; `null` when no price is known, and for the owners of billed calls, who
             *     pay `charged_micros` instead.
             */
            cost_usd?: number | null;
            /**
             * Format: int64
             * @description When the call began, Unix seconds.
             */
            created_at: number;
            /**
             * Format: int64
             * @description When the call began, Unix milliseconds.
             */
            created_at_ms: number;
            /** @description Dialect of the caller. */
            dialect: string;
            /** @description Stable code of the error that the client got; empty for none. */
            error_message: string;
            /** @description Kind of the error: `transport_error`, `upstream_error`, `invalid_response`, `read_error`, `refused`; empty for none. */
            failure_category: string;
            /**
             * Format: int64
             * @description From the request's arrival to the first byte of the answer's body; 0 for none.
             */
            first_token_ms: number;
            /** @description The id that the client got as `x-sluice-call`. */
            id: string;
            is_stream: boolean;
            /** @description Model that answered, or that was asked for if none did. */
            model_name: string;
            /** @description What was asked for, such as `chat_completions`. */
            operation: string;
            /** @description `complete`, `abandoned`, `broken` or `refused`. */
            outcome: string;
            /**
             * Format: int64
             * @description All tokens read, cached ones included.
             */
            prompt_tokens: number;
            /**
             * Format: int64
             * @description Provider that answered; `null` for none, and for users who may not see it.
             */
            provider_id?: number | null;
            provider_name?: string | null;
            /**
             * Format: int64
             * @description Credential that was used for the answer.
             */
            provider_token_id?: number | null;
            /** @description The same as `id`. */
            relay_request_id: string;
            /** @description The upstream's own id of the request; empty if it sent none. */
            request_id: string;
            /** @description Model that the name stands for; the same where it stands for itself. */
            request_model_canonical: string;
            /** @description Model asked for. */
            request_model_original: string;
            /** @description Model sent upstream; empty if nothing was sent. */
            request_model_resolved?: string | null;
            /**
             * Format: int64
             * @description From the request's arrival to the end.
             */
            response_time_ms: number;
            /**
             * Format: int64
             * @description 1 when the client got an answer without an error, else 0.
             */
            status: number;
            /**
             * Format: int32
             * @description HTTP status that the client got; 0 when it left before any.
             */
            status_code: number;
            /**
             * Format: int32
             * @description HTTP status of the last attempt; 0 when none came.
             */
            transport_status_code: number;
            /** @description What was consumed, in classes that do not overlap. */
            usage: components["schemas"]["UsageView"];
            /** @description `reported` by the upstream, `estimated` by Sluice, or `missing`. */
            usage_source: string;
            /** Format: int64 */
            user_id: number;
        };
        /** @description One candidate as it was seen. */
        CandidateView: {
            /**
             * Format: int64
             * @description How many more calls its credential may answer in all; `null` where that has no bound.
             */
            calls_left?: number | null;
            /** @description Whether the call must be converted for it. */
            converts: boolean;
            /**
             * Format: int64
             * @description What the call was expected to cost there, micro-dollars; `null` where nobody says.
             */
            cost_micros?: number | null;
            /**
             * Format: int64
             * @description Expected time to the first token, milliseconds; `null` before the first call.
             */
            first_token_ms?: number | null;
            /**
             * Format: double
             * @description What failures and latency multiplied that by.
             */
            health: number;
            /**
             * Format: int64
             * @description Calls that were under way there.
             */
            in_flight: number;
            /**
             * Format: int64
             * @description Answers that said nothing lately, where answers are looked at.
             */
            invalid_answers: number;
            /** @description Name of the model there; `null` where it is the one that was asked for. */
            model?: string | null;
            obstacle?: components["schemas"]["ObstacleView"] | null;
            /** @description Place in the order, from 1; `null` where it could not be used. */
            place?: number | null;
            /** Format: int64 */
            priority: number;
            /** @description Name of the provider; `null` if it is gone. */
            provider?: string | null;
            /**
             * Format: int64
             * @description `null` for users who may not see it, like all that would name it.
             */
            provider_id?: number | null;
            /**
             * Format: int64
             * @description Credential that would be used.
             */
            provider_token_id?: number | null;
            /**
             * Format: double
             * @description Share of its tier, per cent.
             */
            share: number;
            /** Format: int64 */
            weight: number;
        };
        /** @description A mistake to put right. Fields that are not known are refused. */
        CorrectionInput: {
            /**
             * Format: int64
             * @description How much, in micro-dollars: 1 to 10^15.
             */
            amount_micros: number;
            book: components["schemas"]["BookInput"];
            direction: components["schemas"]["DirectionInput"];
            /** @description Note for people, at most 255 characters. The account's holder can read it. */
            memo?: string | null;
        };
        /** @description A credential that was added, and what the provider's site had to do with it. */
        CreatedView: (components["schemas"]["CredentialView"] | null) & {
            /** @description The same: whether that key is known here. */
            created_token_identified?: boolean | null;
            /**
             * Format: int64
             * @description The same: id of the credential, as `id`.
             */
            provider_token_id?: number | null;
            /** @description Only for keys that were made at the site: whether one was, which is then always `true`. */
            upstream_created?: boolean | null;
        };
        /** @description What one credential may use. */
        CredentialDiscovery: {
            /** @description Routes made. */
            added: number;
            /** @description What went wrong; then nothing was changed for this credential. */
            error?: string | null;
            /** Format: int64 */
            id: number;
            /** @description Routes that stayed as they were. */
            kept: number;
            /** @description Models that the upstream lists; empty when it could not be asked. */
            models: string[];
            name: string;
            /** @description Routes removed, because their model is no longer listed. */
            removed: number;
        };
        /** @description A credential to make, or a change of one: absent fields take the default, or stay. */
        CredentialInput: {
            /**
             * Format: int64
             * @description How many calls it may answer in all, counted from when it gets such a bound first; `null` for no bound.
             */
            call_quota?: number | null;
            /** @description Group at the upstream, for NewAPI sites. */
            group_name?: string | null;
            /** @description The secret; empty keeps the stored one. */
            key?: string | null;
            limits?: components["schemas"]["LimitsView"] | null;
            /** @description For a key to make at the site: the only models that it may be used for, with commas; empty for all. */
            model_limits?: string | null;
            /** @description Unique at its provider; `default` by default. */
            name?: string | null;
            /**
             * Format: int64
             * @description Priority that new routes start with; the provider's by default.
             */
            priority?: number | null;
            /**
             * Format: int64
             * @description For a key to make at the site: what it may use, in the site's units.
             */
            remain_quota?: number | null;
            /**
             * Format: int64
             * @description 1 enabled (default), 2 disabled.
             */
            status?: number | null;
            /** @description For a key to make at the site: whether only the account limits it (default). */
            unlimited_quota?: boolean | null;
            /**
             * Format: int64
             * @description Weight that new routes start with; the provider's by default.
             */
            weight?: number | null;
        };
        /** @description A credential. */
        CredentialView: {
            /**
             * Format: int64
             * @description How many calls it may answer in all; `null` for no bound.
             */
            call_quota?: number | null;
            /**
             * Format: int64
             * @description How many of these are left, those under way included; `null` for no bound.
             */
            calls_left?: number | null;
            /**
             * Format: int64
             * @description When it was made, Unix seconds.
             */
            created_at: number;
            /** @description Group at the upstream, for NewAPI sites. */
            group_name: string;
            /** Format: int64 */
            id: number;
            /** @description `ready`, or `unresolved` while its secret is not known. */
            key_status: string;
            /** @description Why its secret is not known, as a word; empty when it is. */
            key_unresolved_reason: string;
            /**
             * Format: int64
             * @description When the site was last asked about it, Unix seconds; 0 never.
             */
            last_synced: number;
            /** @description What the vendor lets it ask for. */
            limits: components["schemas"]["LimitsView"];
            /** @description The only models that it may be used for, with commas; empty for all. */
            model_limits: string;
            /** @description Unique at its provider. */
            name: string;
            /** @description `database`, or `file` for credentials that the configuration file declares; those are read-only. */
            origin: string;
            /**
             * Format: int64
             * @description Priority that new routes start with.
             */
            priority: number;
            /**
             * Format: int64
             * @description Provider it belongs to.
             */
            provider_id: number;
            /**
             * Format: int64
             * @description What is left of it, in the site's units.
             */
            remain_quota: number;
            /**
             * @description Only the last four characters.
             * @example ****wxyz
             */
            sk_key: string;
            /**
             * Format: int64
             * @description 1 enabled, 2 disabled.
             */
            status: number;
            /** @description Whether only the account limits it. */
            unlimited_quota: boolean;
            /**
             * Format: int64
             * @description What the site says of it: 1 enabled, 2 disabled, 3 expired, 4 used up; `null` for one that was entered here.
             */
            upstream_status?: number | null;
            /**
             * Format: int64
             * @description Its number at the provider's site; `null` for one that was entered here.
             */
            upstream_token_id?: number | null;
            /**
             * Format: int64
             * @description What was used of it, in the site's units.
             */
            used_quota: number;
            /**
             * Format: int64
             * @description Weight that new routes start with.
             */
            weight: number;
        };
        /** @description Totals and the last seven days. */
        DashboardView: {
            /** @description The ten models with most calls. */
            by_model: components["schemas"]["ModelCount"][];
            /** @description The ten providers with most calls; empty on one's own dashboard. */
            by_provider: components["schemas"]["ProviderCount"][];
            /** Format: int64 */
            failed_requests: number;
            /**
             * Format: double
             * @description Share of those, per cent.
             */
            invalid_rate: number;
            /**
             * Format: int64
             * @description Calls whose answers were found to be invalid, among the newest 10,000 failures.
             */
            invalid_responses: number;
            /** @description The same with cost and tokens. */
            recent_metrics: components["schemas"]["DayMetrics"][];
            /** @description The eight models with most tokens in these days, day by day. */
            recent_model_stats: components["schemas"]["ModelDay"][];
            /** @description Seven days, oldest first. */
            recent_requests: components["schemas"]["DayCount"][];
            /** Format: int64 */
            success_requests: number;
            /** @description Models that can be asked for. */
            total_models?: number | null;
            /** @description `null` on one's own dashboard, as the other two. */
            total_providers?: number | null;
            /**
             * Format: int64
             * @description Calls that are still on record by the hour.
             */
            total_requests: number;
            total_routes?: number | null;
        };
        /** @description Calls of a day. */
        DayCount: {
            /** @example 2026-11-21 */
            date: string;
            /** Format: int64 */
            request_count: number;
        };
        /** @description A day in numbers. */
        DayMetrics: {
            /**
             * Format: double
             * @description What the calls cost the operator, US dollars; on one's own dashboard what one paid.
             */
            cost_usd: number;
            date: string;
            /** Format: int64 */
            request_count: number;
            /**
             * Format: int64
             * @description Tokens read and written.
             */
            token_count: number;
        };
        /** @description Why a call goes where it goes. */
        DecisionView: {
            /** @description The candidates: first those that can be used, in the order in which they are tried. */
            candidates: components["schemas"]["CandidateView"][];
            /** @description The model that the name stood for; `null` where it stood for itself. */
            model?: string | null;
            /**
             * Format: int64
             * @description How many more there were.
             */
            more: number;
            /** @description The rule that decided; `null` for none, and empty for users who may not see its name. */
            rule?: string | null;
            /** @description How candidates of the same priority were ordered. */
            strategy: string;
            /**
             * Format: int64
             * @description How long the call waited for room, milliseconds.
             */
            waited_ms: number;
            /**
             * Format: int64
             * @description Tokens expected from the prompt cache for which the call stayed where it was; `null` where it did not.
             */
            warm_tokens?: number | null;
        };
        /** @description Something that does not add up. What does not apply is `null`. */
        DeviationView: {
            /** Format: int64 */
            account?: number | null;
            call?: string | null;
            /**
             * Format: int64
             * @description What the transfers or leases add up to.
             */
            computed_micros?: number | null;
            /**
             * @description `link_broken`: a transfer was altered. `transfer_missing`: one was deleted. `transfer_unknown`: one was slipped
             *     in. `head_differs`: the end of an account's chain is not what the account says. `posted_differs`: a balance is
             *     not the sum of its transfers. `leased_differs`: what is leased is not the sum of the leases. `account_missing`:
             *     a transfer's account does not exist. `call_missing`: a charge has no record of its call. `charge_missing`: a
             *     charged call has no charge. `charge_differs`: a call's record and its charge do not agree.
             */
            kind: string;
            /**
             * Format: int64
             * @description What the account or the call's record says.
             */
            recorded_micros?: number | null;
            /**
             * Format: int64
             * @description Place in the account's chain.
             */
            seq?: number | null;
            transfer?: string | null;
        };
        /**
         * @description Where the money of a correction goes.
         * @enum {string}
         */
        DirectionInput: "give" | "take";
        /** @description What discovery found and changed. */
        DiscoveryView: {
            /** @description For each enabled credential. */
            credentials: components["schemas"]["CredentialDiscovery"][];
        };
        /** @description A model about whose price the data sets disagree. */
        DisputeView: {
            /** @description Names of the model. */
            models: string[];
            /** @description By class, what each data set says, in micro-dollars per million. A class in a tier reads `input above 200000`. */
            rates: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            vendor: string;
        };
        /** @description A transfer as one of its accounts sees it. */
        EntryView: components["schemas"]["TransferView"] & {
            /**
             * Format: int64
             * @description What the account's balance changed by: the amount, below 0 when it went out.
             */
            change_micros: number;
            /**
             * Format: int64
             * @description Place in the account's chain, counted from 1.
             */
            seq: number;
        };
        /** @description What every successful answer looks like. */
        Envelope_AccountView: {
            /** @description An account as it stands now. */
            data: {
                /**
                 * Format: int64
                 * @description `posted_micros` less `leased_micros`; below 0 after a charge or correction beyond the balance.
                 */
                available_micros: number;
                /**
                 * Format: int64
                 * @description When it was opened, Unix seconds.
                 */
                created_time: number;
                /** Format: int64 */
                id: number;
                /**
                 * @description `user`, `key`, `organisation`; `cash`, `cost`, `revenue` (the operator's, on each node); `budget` (what is left
                 *     of a budget in one period).
                 */
                kind: string;
                /**
                 * Format: int64
                 * @description What nodes have borrowed for calls under way.
                 */
                leased_micros: number;
                /**
                 * Format: int64
                 * @description Id of the user, key, organisation, node or budget.
                 */
                owner_id: number;
                /** @description Login name of the user, or name of the key; `null` for others and for what was deleted. */
                owner_name?: string | null;
                /**
                 * Format: int64
                 * @description When the budget's period begins, Unix seconds; `null` for other accounts.
                 */
                period_start?: number | null;
                /**
                 * Format: int64
                 * @description Credits less debits; of a budget, its limit less what was drawn.
                 */
                posted_micros: number;
                /**
                 * Format: int64
                 * @description Number of transfers so far.
                 */
                transfers: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_AuditEntryView: {
            /** @description A change that somebody asked for. */
            data: {
                /** @description Method and path as this document has them, such as `PUT /api/user`. */
                action: string;
                /** @description What it was afterwards; `null` like `before`. */
                after?: unknown;
                /** @description What it was before; `null` where there was nothing to see, and for administrators where root made the change. */
                before?: unknown;
                /** @description Where the request came from. */
                client_ip: string;
                /** @description Stable code of the failure; empty for none. */
                code: string;
                /**
                 * Format: int64
                 * @description When it was asked for, Unix seconds.
                 */
                created_at: number;
                /**
                 * Format: int64
                 * @description The same in milliseconds.
                 */
                created_at_ms: number;
                /** @description The id that the client got as `x-sluice-call`. */
                id: string;
                /** @description How the user proved to be one: `session`, `token` or `login`. */
                proof: string;
                /**
                 * Format: int32
                 * @description Role at that time.
                 */
                role: number;
                /**
                 * Format: int32
                 * @description HTTP status of the answer; `null` while it is under way, and for good where the process died meanwhile.
                 */
                status?: number | null;
                /** @description Path of what was changed; empty where nothing can be named. */
                subject: string;
                /** @description Whether it was done; `null` like `status`. */
                success?: boolean | null;
                /**
                 * Format: int64
                 * @description Who asked; `null` for a stranger.
                 */
                user_id?: number | null;
                /** @description Login name at that time. */
                username: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_BTreeMap_String_String: {
            data: {
                [key: string]: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_BatchView: {
            /** @description How many routes were changed. */
            data: {
                updated: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_BudgetView: {
            /** @description A budget, as it stands in the period at hand. */
            data: {
                /**
                 * Format: int64
                 * @description What was drawn in this period.
                 */
                drawn_micros: number;
                /** Format: int64 */
                id: number;
                /**
                 * Format: int64
                 * @description What nodes have borrowed for calls under way.
                 */
                leased_micros: number;
                /**
                 * Format: int64
                 * @description What is left of this period's limit: below 0 after a call that cost more than was held for it.
                 */
                left_micros: number;
                /**
                 * Format: int64
                 * @description What may be spent in one period.
                 */
                limit_micros: number;
                /**
                 * Format: int64
                 * @description Id of the key, user or organisation.
                 */
                owner_id: number;
                /** @description Name of the key, or login name of the user; `null` for what was deleted. */
                owner_name?: string | null;
                /** @description `total`, `day`, `week` or `month`. */
                period: string;
                /**
                 * Format: int64
                 * @description When the next period begins, Unix seconds; `null` for `total`.
                 */
                period_end?: number | null;
                /**
                 * Format: int64
                 * @description When the period at hand began, Unix seconds; `null` for `total`.
                 */
                period_start?: number | null;
                /** @description `key`, `user` or `organisation`. */
                scope: string;
                /** @description Time zone that periods begin and end by. */
                zone: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_BulkView: {
            /** @description What was done. */
            data: {
                /** @description To how many things it was done. */
                done: number;
                /** @description To how many it was not. */
                failed: number;
                /** @description Each of them, in the order of the request. */
                items: components["schemas"]["BulkItemView"][];
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_CallPageView: {
            /** @description One page of calls, and what the first page says of all of them. */
            data: components["schemas"]["PageView_CallView"] & {
                /**
                 * @description Names of the providers that answered, whatever `provider` says; `null` on later pages, and for users who may not
                 *     see them.
                 */
                providers?: string[] | null;
                summary?: components["schemas"]["CallSummaryView"] | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_CallView: {
            /** @description The record of a call. */
            data: {
                /**
                 * Format: int64
                 * @description Id of the key.
                 */
                aggregated_token_id: number;
                /** @description Number of attempts; with `aggregation=attempt` which one this is, counted from 1. */
                attempt_index: number;
                /** @description Every try, in order. */
                attempts: components["schemas"]["AttemptView"][];
                /** Format: int64 */
                cache_creation_1h_tokens: number;
                /** Format: int64 */
                cache_creation_5m_tokens: number;
                /**
                 * Format: int64
                 * @description Tokens written to the vendor's cache.
                 */
                cache_creation_tokens: number;
                /**
                 * Format: int64
                 * @description Tokens read from the vendor's cache.
                 */
                cache_tokens: number;
                /**
                 * Format: int64
                 * @description What the caller paid, micro-dollars; null when nobody was billed.
                 */
                charged_micros?: number | null;
                client_ip: string;
                /**
                 * Format: int64
                 * @description All tokens written, reasoning included.
                 */
                completion_tokens: number;
                /**
                 * Format: int64
                 * @description The same in millionths of a US dollar.
                 */
                cost_micros?: number | null;
                /**
                 * Format: double
                 * @description What the call cost the operator, US dollars; `null` when no price is known, and for the owners of billed calls, who
                 *     pay `charged_micros` instead.
                 */
                cost_usd?: number | null;
                /**
                 * Format: int64
                 * @description When the call began, Unix seconds.
                 */
                created_at: number;
                /**
                 * Format: int64
                 * @description When the call began, Unix milliseconds.
                 */
                created_at_ms: number;
                /** @description Dialect of the caller. */
                dialect: string;
                /** @description Stable code of the error that the client got; empty for none. */
                error_message: string;
                /** @description Kind of the error: `transport_error`, `upstream_error`, `invalid_response`, `read_error`, `refused`; empty for none. */
                failure_category: string;
                /**
                 * Format: int64
                 * @description From the request's arrival to the first byte of the answer's body; 0 for none.
                 */
                first_token_ms: number;
                /** @description The id that the client got as `x-sluice-call`. */
                id: string;
                is_stream: boolean;
                /** @description Model that answered, or that was asked for if none did. */
                model_name: string;
                /** @description What was asked for, such as `chat_completions`. */
                operation: string;
                /** @description `complete`, `abandoned`, `broken` or `refused`. */
                outcome: string;
                /**
                 * Format: int64
                 * @description All tokens read, cached ones included.
                 */
                prompt_tokens: number;
                /**
                 * Format: int64
                 * @description Provider that answered; `null` for none, and for users who may not see it.
                 */
                provider_id?: number | null;
                provider_name?: string | null;
                /**
                 * Format: int64
                 * @description Credential that was used for the answer.
                 */
                provider_token_id?: number | null;
                /** @description The same as `id`. */
                relay_request_id: string;
                /** @description The upstream's own id of the request; empty if it sent none. */
                request_id: string;
                /** @description Model that the name stands for; the same where it stands for itself. */
                request_model_canonical: string;
                /** @description Model asked for. */
                request_model_original: string;
                /** @description Model sent upstream; empty if nothing was sent. */
                request_model_resolved?: string | null;
                /**
                 * Format: int64
                 * @description From the request's arrival to the end.
                 */
                response_time_ms: number;
                /**
                 * Format: int64
                 * @description 1 when the client got an answer without an error, else 0.
                 */
                status: number;
                /**
                 * Format: int32
                 * @description HTTP status that the client got; 0 when it left before any.
                 */
                status_code: number;
                /**
                 * Format: int32
                 * @description HTTP status of the last attempt; 0 when none came.
                 */
                transport_status_code: number;
                /** @description What was consumed, in classes that do not overlap. */
                usage: components["schemas"]["UsageView"];
                /** @description `reported` by the upstream, `estimated` by Sluice, or `missing`. */
                usage_source: string;
                /** Format: int64 */
                user_id: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_CreatedView: {
            /** @description A credential that was added, and what the provider's site had to do with it. */
            data: (components["schemas"]["CredentialView"] | null) & {
                /** @description The same: whether that key is known here. */
                created_token_identified?: boolean | null;
                /**
                 * Format: int64
                 * @description The same: id of the credential, as `id`.
                 */
                provider_token_id?: number | null;
                /** @description Only for keys that were made at the site: whether one was, which is then always `true`. */
                upstream_created?: boolean | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_CredentialView: {
            /** @description A credential. */
            data: {
                /**
                 * Format: int64
                 * @description How many calls it may answer in all; `null` for no bound.
                 */
                call_quota?: number | null;
                /**
                 * Format: int64
                 * @description How many of these are left, those under way included; `null` for no bound.
                 */
                calls_left?: number | null;
                /**
                 * Format: int64
                 * @description When it was made, Unix seconds.
                 */
                created_at: number;
                /** @description Group at the upstream, for NewAPI sites. */
                group_name: string;
                /** Format: int64 */
                id: number;
                /** @description `ready`, or `unresolved` while its secret is not known. */
                key_status: string;
                /** @description Why its secret is not known, as a word; empty when it is. */
                key_unresolved_reason: string;
                /**
                 * Format: int64
                 * @description When the site was last asked about it, Unix seconds; 0 never.
                 */
                last_synced: number;
                /** @description What the vendor lets it ask for. */
                limits: components["schemas"]["LimitsView"];
                /** @description The only models that it may be used for, with commas; empty for all. */
                model_limits: string;
                /** @description Unique at its provider. */
                name: string;
                /** @description `database`, or `file` for credentials that the configuration file declares; those are read-only. */
                origin: string;
                /**
                 * Format: int64
                 * @description Priority that new routes start with.
                 */
                priority: number;
                /**
                 * Format: int64
                 * @description Provider it belongs to.
                 */
                provider_id: number;
                /**
                 * Format: int64
                 * @description What is left of it, in the site's units.
                 */
                remain_quota: number;
                /**
                 * @description Only the last four characters.
                 * @example ****wxyz
                 */
                sk_key: string;
                /**
                 * Format: int64
                 * @description 1 enabled, 2 disabled.
                 */
                status: number;
                /** @description Whether only the account limits it. */
                unlimited_quota: boolean;
                /**
                 * Format: int64
                 * @description What the site says of it: 1 enabled, 2 disabled, 3 expired, 4 used up; `null` for one that was entered here.
                 */
                upstream_status?: number | null;
                /**
                 * Format: int64
                 * @description Its number at the provider's site; `null` for one that was entered here.
                 */
                upstream_token_id?: number | null;
                /**
                 * Format: int64
                 * @description What was used of it, in the site's units.
                 */
                used_quota: number;
                /**
                 * Format: int64
                 * @description Weight that new routes start with.
                 */
                weight: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_DashboardView: {
            /** @description Totals and the last seven days. */
            data: {
                /** @description The ten models with most calls. */
                by_model: components["schemas"]["ModelCount"][];
                /** @description The ten providers with most calls; empty on one's own dashboard. */
                by_provider: components["schemas"]["ProviderCount"][];
                /** Format: int64 */
                failed_requests: number;
                /**
                 * Format: double
                 * @description Share of those, per cent.
                 */
                invalid_rate: number;
                /**
                 * Format: int64
                 * @description Calls whose answers were found to be invalid, among the newest 10,000 failures.
                 */
                invalid_responses: number;
                /** @description The same with cost and tokens. */
                recent_metrics: components["schemas"]["DayMetrics"][];
                /** @description The eight models with most tokens in these days, day by day. */
                recent_model_stats: components["schemas"]["ModelDay"][];
                /** @description Seven days, oldest first. */
                recent_requests: components["schemas"]["DayCount"][];
                /** Format: int64 */
                success_requests: number;
                /** @description Models that can be asked for. */
                total_models?: number | null;
                /** @description `null` on one's own dashboard, as the other two. */
                total_providers?: number | null;
                /**
                 * Format: int64
                 * @description Calls that are still on record by the hour.
                 */
                total_requests: number;
                total_routes?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_DiscoveryView: {
            /** @description What discovery found and changed. */
            data: {
                /** @description For each enabled credential. */
                credentials: components["schemas"]["CredentialDiscovery"][];
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_ExplainView: {
            /** @description Why a call went where it went. */
            data: {
                /** @description What came of it, in order. */
                attempts: components["schemas"]["ExplainedAttemptView"][];
                /**
                 * Format: int64
                 * @description What reading them from the cache saved the operator, micro-dollars; `null` where the price does not tell, and for
                 *     the call's owner.
                 */
                cache_saved_micros?: number | null;
                /**
                 * Format: int64
                 * @description Tokens that were read from a prompt cache.
                 */
                cached_tokens: number;
                /** @description Id of the call. */
                call: string;
                decision?: components["schemas"]["DecisionView"] | null;
                /** @description Model asked for. */
                model: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_GroupView: {
            /** @description A group of users. */
            data: {
                /** @description How much all its users together may ask for. */
                limits: components["schemas"]["LimitsView"];
                /**
                 * @description What prices are multiplied by for its users.
                 * @example 0.8
                 */
                multiplier: string;
                name: string;
                /** @description Note for people. */
                remark: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_ImportView: {
            /** @description What an import did. */
            data: {
                created: number;
                /** @description Why providers were skipped. */
                problems: components["schemas"]["ImportProblem"][];
                skipped: number;
                updated: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_JobRunView: {
            /** @description A run of a job. */
            data: {
                /**
                 * Format: int64
                 * @description When it began, Unix seconds.
                 */
                began_time: number;
                /**
                 * Format: int64
                 * @description Things done.
                 */
                done: number;
                /**
                 * Format: int64
                 * @description How long it has taken, milliseconds.
                 */
                duration_ms: number;
                /**
                 * Format: int64
                 * @description When it ended, Unix seconds; `null` while it runs.
                 */
                ended_time?: number | null;
                /** Format: int64 */
                id: number;
                /** @description The job's name. */
                job: string;
                /** @description What is being done, and afterwards what came of it, in the language asked for. */
                message: string;
                /**
                 * Format: int64
                 * @description Node that does it, or did.
                 */
                node: number;
                /** @description `running`, `succeeded`, `failed`, `timed_out`, `cancelled` (Sluice was stopped) or `lost` (its node died). */
                status: string;
                /**
                 * Format: int64
                 * @description Things there are to do; `null` where that is not known.
                 */
                total?: number | null;
                /** @description `schedule` or `manual`. */
                trigger: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_JobView: {
            /** @description A job. */
            data: {
                /** @description What it is for, in the language asked for. */
                description: string;
                /**
                 * Format: int64
                 * @description With `every`: seconds from one run to the next.
                 */
                every_secs?: number | null;
                /**
                 * Format: int64
                 * @description Runs in a row that failed.
                 */
                failures: number;
                /** @description Whether it runs now, on whichever node. */
                is_running: boolean;
                /**
                 * Format: int64
                 * @description It begins up to so much later, so that not everything begins at once.
                 */
                jitter_secs?: number | null;
                last_run?: components["schemas"]["JobRunView"] | null;
                /**
                 * Format: int64
                 * @description When it last succeeded, Unix seconds.
                 */
                last_success_time?: number | null;
                /** @description Stable name. */
                name: string;
                /**
                 * Format: int64
                 * @description When it is due, Unix seconds; `null` while it runs or is off.
                 */
                next_run_time?: number | null;
                /** @description `every`, `daily`, or `off`. */
                schedule: string;
                /** @description With `daily`: time of day, `HH:MM`. */
                time?: string | null;
                /**
                 * Format: int64
                 * @description A run takes at most so long.
                 */
                time_limit_secs: number;
                /** @description With `daily`: the time zone; `null` is that of the server. */
                timezone?: string | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_KeyView: {
            /** @description A key; the secret itself is shown once, when it is made. */
            data: {
                /**
                 * Format: int64
                 * @description When it was last used, Unix seconds; 0 never.
                 */
                accessed_at: number;
                /** @description Addresses and networks it may be used from, one per line; empty for all. */
                allow_ips: string;
                /**
                 * Format: int64
                 * @description When it was made, Unix seconds.
                 */
                created_at: number;
                /** @description Model of calls that name none. */
                default_model?: string | null;
                /**
                 * Format: int64
                 * @description Refused from this time on, Unix seconds; -1 never.
                 */
                expired_time: number;
                /** @description Who pays for its calls: `owner` (its owner, if billed at all) or `own` (nothing but its own balance). */
                funding: string;
                /** Format: int64 */
                id: number;
                /**
                 * @description Only the last four characters.
                 * @example ag-****wxyz
                 */
                key: string;
                /** @description How much it may ask for. */
                limits: components["schemas"]["LimitsView"];
                /** @description Models, comma separated; `*` stands for any run of characters. */
                model_limits: string;
                /** @description Whether only the listed models may be used. */
                model_limits_enabled: boolean;
                /**
                 * @description What prices are multiplied by for its calls, besides the factor of the owner's group.
                 * @example 0.8
                 */
                multiplier: string;
                /** @description Name given by the owner. */
                name: string;
                /** @description `database`, or `file` for keys that the configuration file declares; those are read-only. */
                origin: string;
                /**
                 * Format: int64
                 * @description Until when the secret that it had before the last rotation works too, Unix seconds; 0 where none does.
                 */
                previous_until: number;
                /** @description Names of the only providers that its calls go to; empty for all. */
                providers: string[];
                /** @description Whether the caller is told what each call cost. */
                shows_cost: boolean;
                /**
                 * Format: int64
                 * @description 1 enabled, 2 disabled.
                 */
                status: number;
                /** @description How its candidates are ordered; `null` as the model or the general setting says. */
                strategy?: string | null;
                /**
                 * Format: int64
                 * @description Owner.
                 */
                user_id: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_LedgerStateView: {
            /** @description What is known of the ledger. */
            data: {
                audit?: components["schemas"]["Audit"] | null;
                /**
                 * Format: int64
                 * @description When the last audit ended, Unix seconds; `null` before the first.
                 */
                last_run?: number | null;
                /**
                 * Format: int64
                 * @description When the next one begins, Unix seconds; `null` before the first, which begins a few minutes after the start.
                 */
                next_run?: number | null;
                /**
                 * Format: int64
                 * @description Node whose turn it is or was.
                 */
                node?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_LiveView: {
            /** @description What the node that answers is doing. Other nodes have their own numbers. */
            data: {
                /** @description Calls that were answered in each of the last sixty seconds, oldest first; fewer after a start. */
                calls_by_second: number[];
                /**
                 * Format: double
                 * @description Calls that were answered in a second, mean of the last ten.
                 */
                calls_per_second: number;
                /**
                 * Format: int64
                 * @description Id of the node.
                 */
                node: number;
                /**
                 * Format: int64
                 * @description Calls under way.
                 */
                open_calls: number;
                /**
                 * Format: int64
                 * @description Open connections of clients.
                 */
                open_connections: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_LookupView: {
            /** @description The price that would hold for a call that began now. */
            data: {
                cost?: components["schemas"]["VersionView"] | null;
                /** @description Group of the caller. */
                group: string;
                /**
                 * @description Factor of the group.
                 * @example 0.8
                 */
                group_multiplier: string;
                /** @description Name of the model at the provider: its aliases are applied. */
                model: string;
                /** Format: int64 */
                provider_id: number;
                provider_name: string;
                sell?: components["schemas"]["VersionView"] | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_NewTokenView: {
            /** @description A token that was just made. */
            data: components["schemas"]["TokenView"] & {
                /** @description The token, shown only now. */
                token: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Nothing: {
            /**
             * @description No result: the request was carried out and there is nothing to say.
             * @default null
             */
            data: unknown;
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_OneView: {
            /** @description What came of a check-in at one provider. */
            data: {
                item: components["schemas"]["ItemView"];
                run: components["schemas"]["RunView"];
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_OptionView: {
            /** @description A setting, its value, and what the value may be. */
            data: components["schemas"]["FormView"] & {
                /** @description Value while nothing is saved. */
                default: string;
                /** @description What it does, in English. */
                explanation: string;
                /** @description What it does, in Chinese. */
                explanation_zh: string;
                /** @description What it is about: `site`, `accounts`, `routing`, `checkin`, `files`, `mail`, `notifications` or `backup`. */
                group: string;
                /** @description Whether this release reads it; otherwise it is kept for a feature to come. */
                in_use: boolean;
                /** @description Whether it is kept sealed and never shown. */
                is_secret: boolean;
                /** @description Whether something was saved. */
                is_set: boolean;
                /** @description Name. */
                key: string;
                /** @description Settings that must be filled in before this one is `true`. */
                needs: string[];
                /** @description Whether a saved value waits for the next start. */
                needs_restart: boolean;
                /** @description Value in force; always empty for secrets. */
                value: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_AccountView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /**
                     * Format: int64
                     * @description `posted_micros` less `leased_micros`; below 0 after a charge or correction beyond the balance.
                     */
                    available_micros: number;
                    /**
                     * Format: int64
                     * @description When it was opened, Unix seconds.
                     */
                    created_time: number;
                    /** Format: int64 */
                    id: number;
                    /**
                     * @description `user`, `key`, `organisation`; `cash`, `cost`, `revenue` (the operator's, on each node); `budget` (what is left
                     *     of a budget in one period).
                     */
                    kind: string;
                    /**
                     * Format: int64
                     * @description What nodes have borrowed for calls under way.
                     */
                    leased_micros: number;
                    /**
                     * Format: int64
                     * @description Id of the user, key, organisation, node or budget.
                     */
                    owner_id: number;
                    /** @description Login name of the user, or name of the key; `null` for others and for what was deleted. */
                    owner_name?: string | null;
                    /**
                     * Format: int64
                     * @description When the budget's period begins, Unix seconds; `null` for other accounts.
                     */
                    period_start?: number | null;
                    /**
                     * Format: int64
                     * @description Credits less debits; of a budget, its limit less what was drawn.
                     */
                    posted_micros: number;
                    /**
                     * Format: int64
                     * @description Number of transfers so far.
                     */
                    transfers: number;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_AlertView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /**
                     * Format: int64
                     * @description How often it was seen since it was raised.
                     */
                    count: number;
                    /** Format: int64 */
                    id: number;
                    /** @description Stable name of what it is about. */
                    kind: string;
                    /**
                     * Format: int64
                     * @description When it was seen last, Unix seconds.
                     */
                    last_seen_time: number;
                    /** @description What is wrong and what to do, in the language asked for. */
                    message: string;
                    /**
                     * Format: int64
                     * @description When it was raised, Unix seconds.
                     */
                    raised_time: number;
                    /**
                     * Format: int64
                     * @description When it was over, Unix seconds; `null` while it is not.
                     */
                    resolved_time?: number | null;
                    /** @description Which one of them; empty where there is only one. */
                    subject: string;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_AuditEntryView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /** @description Method and path as this document has them, such as `PUT /api/user`. */
                    action: string;
                    /** @description What it was afterwards; `null` like `before`. */
                    after?: unknown;
                    /** @description What it was before; `null` where there was nothing to see, and for administrators where root made the change. */
                    before?: unknown;
                    /** @description Where the request came from. */
                    client_ip: string;
                    /** @description Stable code of the failure; empty for none. */
                    code: string;
                    /**
                     * Format: int64
                     * @description When it was asked for, Unix seconds.
                     */
                    created_at: number;
                    /**
                     * Format: int64
                     * @description The same in milliseconds.
                     */
                    created_at_ms: number;
                    /** @description The id that the client got as `x-sluice-call`. */
                    id: string;
                    /** @description How the user proved to be one: `session`, `token` or `login`. */
                    proof: string;
                    /**
                     * Format: int32
                     * @description Role at that time.
                     */
                    role: number;
                    /**
                     * Format: int32
                     * @description HTTP status of the answer; `null` while it is under way, and for good where the process died meanwhile.
                     */
                    status?: number | null;
                    /** @description Path of what was changed; empty where nothing can be named. */
                    subject: string;
                    /** @description Whether it was done; `null` like `status`. */
                    success?: boolean | null;
                    /**
                     * Format: int64
                     * @description Who asked; `null` for a stranger.
                     */
                    user_id?: number | null;
                    /** @description Login name at that time. */
                    username: string;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_BudgetView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /**
                     * Format: int64
                     * @description What was drawn in this period.
                     */
                    drawn_micros: number;
                    /** Format: int64 */
                    id: number;
                    /**
                     * Format: int64
                     * @description What nodes have borrowed for calls under way.
                     */
                    leased_micros: number;
                    /**
                     * Format: int64
                     * @description What is left of this period's limit: below 0 after a call that cost more than was held for it.
                     */
                    left_micros: number;
                    /**
                     * Format: int64
                     * @description What may be spent in one period.
                     */
                    limit_micros: number;
                    /**
                     * Format: int64
                     * @description Id of the key, user or organisation.
                     */
                    owner_id: number;
                    /** @description Name of the key, or login name of the user; `null` for what was deleted. */
                    owner_name?: string | null;
                    /** @description `total`, `day`, `week` or `month`. */
                    period: string;
                    /**
                     * Format: int64
                     * @description When the next period begins, Unix seconds; `null` for `total`.
                     */
                    period_end?: number | null;
                    /**
                     * Format: int64
                     * @description When the period at hand began, Unix seconds; `null` for `total`.
                     */
                    period_start?: number | null;
                    /** @description `key`, `user` or `organisation`. */
                    scope: string;
                    /** @description Time zone that periods begin and end by. */
                    zone: string;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_DisputeView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /** @description Names of the model. */
                    models: string[];
                    /** @description By class, what each data set says, in micro-dollars per million. A class in a tier reads `input above 200000`. */
                    rates: {
                        [key: string]: {
                            [key: string]: number;
                        };
                    };
                    vendor: string;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_EntryView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: (components["schemas"]["TransferView"] & {
                    /**
                     * Format: int64
                     * @description What the account's balance changed by: the amount, below 0 when it went out.
                     */
                    change_micros: number;
                    /**
                     * Format: int64
                     * @description Place in the account's chain, counted from 1.
                     */
                    seq: number;
                })[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_GroupView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /** @description How much all its users together may ask for. */
                    limits: components["schemas"]["LimitsView"];
                    /**
                     * @description What prices are multiplied by for its users.
                     * @example 0.8
                     */
                    multiplier: string;
                    name: string;
                    /** @description Note for people. */
                    remark: string;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_JobRunView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /**
                     * Format: int64
                     * @description When it began, Unix seconds.
                     */
                    began_time: number;
                    /**
                     * Format: int64
                     * @description Things done.
                     */
                    done: number;
                    /**
                     * Format: int64
                     * @description How long it has taken, milliseconds.
                     */
                    duration_ms: number;
                    /**
                     * Format: int64
                     * @description When it ended, Unix seconds; `null` while it runs.
                     */
                    ended_time?: number | null;
                    /** Format: int64 */
                    id: number;
                    /** @description The job's name. */
                    job: string;
                    /** @description What is being done, and afterwards what came of it, in the language asked for. */
                    message: string;
                    /**
                     * Format: int64
                     * @description Node that does it, or did.
                     */
                    node: number;
                    /** @description `running`, `succeeded`, `failed`, `timed_out`, `cancelled` (Sluice was stopped) or `lost` (its node died). */
                    status: string;
                    /**
                     * Format: int64
                     * @description Things there are to do; `null` where that is not known.
                     */
                    total?: number | null;
                    /** @description `schedule` or `manual`. */
                    trigger: string;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_KeyView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /**
                     * Format: int64
                     * @description When it was last used, Unix seconds; 0 never.
                     */
                    accessed_at: number;
                    /** @description Addresses and networks it may be used from, one per line; empty for all. */
                    allow_ips: string;
                    /**
                     * Format: int64
                     * @description When it was made, Unix seconds.
                     */
                    created_at: number;
                    /** @description Model of calls that name none. */
                    default_model?: string | null;
                    /**
                     * Format: int64
                     * @description Refused from this time on, Unix seconds; -1 never.
                     */
                    expired_time: number;
                    /** @description Who pays for its calls: `owner` (its owner, if billed at all) or `own` (nothing but its own balance). */
                    funding: string;
                    /** Format: int64 */
                    id: number;
                    /**
                     * @description Only the last four characters.
                     * @example ag-****wxyz
                     */
                    key: string;
                    /** @description How much it may ask for. */
                    limits: components["schemas"]["LimitsView"];
                    /** @description Models, comma separated; `*` stands for any run of characters. */
                    model_limits: string;
                    /** @description Whether only the listed models may be used. */
                    model_limits_enabled: boolean;
                    /**
                     * @description What prices are multiplied by for its calls, besides the factor of the owner's group.
                     * @example 0.8
                     */
                    multiplier: string;
                    /** @description Name given by the owner. */
                    name: string;
                    /** @description `database`, or `file` for keys that the configuration file declares; those are read-only. */
                    origin: string;
                    /**
                     * Format: int64
                     * @description Until when the secret that it had before the last rotation works too, Unix seconds; 0 where none does.
                     */
                    previous_until: number;
                    /** @description Names of the only providers that its calls go to; empty for all. */
                    providers: string[];
                    /** @description Whether the caller is told what each call cost. */
                    shows_cost: boolean;
                    /**
                     * Format: int64
                     * @description 1 enabled, 2 disabled.
                     */
                    status: number;
                    /** @description How its candidates are ordered; `null` as the model or the general setting says. */
                    strategy?: string | null;
                    /**
                     * Format: int64
                     * @description Owner.
                     */
                    user_id: number;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_OverviewRow: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: (components["schemas"]["JudgedView"] & components["schemas"]["FactorsView"] & {
                    /** @description Public name that the provider's aliases give this model; empty for none. */
                    display_model_name: string;
                    /**
                     * Format: double
                     * @description Share of the calls for this model at this priority, in percent; `null` for a route that is not used.
                     */
                    effective_share_percent?: number | null;
                    enabled: boolean;
                    /**
                     * Format: double
                     * @description Factor of the credential's group at the provider's site; `null` where the site states none.
                     */
                    group_ratio?: number | null;
                    /** Format: int64 */
                    id: number;
                    model_name: string;
                    /** @description `database` or `file`. */
                    origin: string;
                    /** Format: int64 */
                    priority: number;
                    /** Format: int64 */
                    provider_id: number;
                    provider_name: string;
                    /**
                     * Format: int64
                     * @description 1 enabled, 2 disabled.
                     */
                    provider_status: number;
                    /** Format: int64 */
                    provider_token_id: number;
                    token_group_name: string;
                    token_name: string;
                    /**
                     * Format: int64
                     * @description 1 enabled, 2 disabled.
                     */
                    token_status: number;
                    /** @description Name to send upstream; `null` sends what was asked for. */
                    upstream_model?: string | null;
                    /** Format: int64 */
                    weight: number;
                })[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_PriceView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: (components["schemas"]["VersionView"] & {
                    /**
                     * Format: int64
                     * @description When it was made, Unix seconds.
                     */
                    created_time: number;
                    /** Format: int64 */
                    id: number;
                    /** @description `cost` (what the provider takes) or `sell` (what callers pay instead of cost times factors). */
                    purpose: string;
                    /** @description Note for people. */
                    remark: string;
                })[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_ProviderView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: (components["schemas"]["StandingView"] & {
                    /** @description Always empty: secrets are never shown. */
                    access_token: string;
                    /**
                     * @description What is left on the account, US dollars; empty while that is not known.
                     * @example $12.34
                     */
                    balance: string;
                    /**
                     * Format: int64
                     * @description When the vendor said so, Unix seconds; 0 never.
                     */
                    balance_updated: number;
                    /** @description Root URL. */
                    base_url: string;
                    /** @description Whether the daily check-in is wanted. */
                    checkin_enabled: boolean;
                    /**
                     * Format: int64
                     * @description When it was made, Unix seconds.
                     */
                    created_at: number;
                    /** @description Whether a system access token is stored. */
                    has_access_token: boolean;
                    /** @description Headers that every call to it carries. Only names: the values, which may be secrets, are always empty. */
                    headers: {
                        [key: string]: string;
                    };
                    /** Format: int64 */
                    id: number;
                    /** @description Public model name → name at this provider. */
                    model_alias_mapping: {
                        [key: string]: string;
                    };
                    /** @description Unique. */
                    name: string;
                    /** @description `database`, or `file` for providers that the configuration file declares; those are read-only. */
                    origin: string;
                    /** @description Values for the placeholders in the vendor's paths. */
                    params: {
                        [key: string]: string;
                    };
                    /**
                     * Format: int64
                     * @description Priority that new credentials and routes start with; higher goes first.
                     */
                    priority: number;
                    /** @description Whether it is reached through a proxy. */
                    proxy_enabled: boolean;
                    /** @description Always empty: it may hold a password. */
                    proxy_url: string;
                    /** @description Scheme, host and port of the proxy. */
                    proxy_url_redacted: string;
                    /** @description Free text. */
                    remark: string;
                    /**
                     * @description How its credentials take turns: `strategy` (as routing orders them), `weighted`, `least_used`, `sticky` or
                     *     `round_robin`.
                     */
                    rotation: string;
                    /**
                     * Format: int64
                     * @description 1 enabled, 2 disabled.
                     */
                    status: number;
                    /** @description Its own time-outs. */
                    timeouts: components["schemas"]["TimeoutsView"];
                    /**
                     * Format: int64
                     * @description Value of the `New-Api-User` header for management calls.
                     */
                    user_id?: number | null;
                    /** @description Name of the vendor, see `/api/vendor/`. */
                    vendor: string;
                    /**
                     * Format: int64
                     * @description Weight that new credentials and routes start with.
                     */
                    weight: number;
                })[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_RouteView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    enabled: boolean;
                    /** Format: int64 */
                    id: number;
                    /** @description Whether it was made by hand; otherwise it follows the upstream's list of models. */
                    manual: boolean;
                    /** @description Public model name; `*` stands for any run of characters. */
                    model_name: string;
                    /** @description `database`, or `file` for routes that the configuration file declares; those are read-only. */
                    origin: string;
                    /**
                     * Format: int64
                     * @description Higher goes first.
                     */
                    priority: number;
                    /**
                     * Format: int64
                     * @description Provider that serves it.
                     */
                    provider_id: number;
                    /**
                     * Format: int64
                     * @description Credential that is used.
                     */
                    provider_token_id: number;
                    /** @description Name to send upstream; `null` sends what was asked for. */
                    upstream_model?: string | null;
                    /**
                     * Format: int64
                     * @description Share inside its priority.
                     */
                    weight: number;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_UnpricedView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /**
                     * @description Whether it is the pattern of a route with wildcards: names that it lets through have a price only if one is stated
                     *     for themselves.
                     */
                    is_pattern: boolean;
                    /**
                     * Format: int64
                     * @description When the last hour with such a call began, Unix seconds; `null` when there was none.
                     */
                    last_used_at?: number | null;
                    /** @description Name of the model at the provider, or a pattern of names: state a price for it. */
                    model: string;
                    /** Format: int64 */
                    provider_id: number;
                    provider_name: string;
                    /** @description Names under which callers reach it. */
                    routes: string[];
                    /**
                     * Format: int64
                     * @description Calls of the last 30 days that used it without a price.
                     */
                    unpriced_calls: number;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_UserView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: (components["schemas"]["HiddenView"] & {
                    /** @description Whether the user pays for its calls from its own balance; otherwise the operator does. */
                    billed: boolean;
                    /**
                     * Format: int64
                     * @description When the user was made, Unix seconds.
                     */
                    created_at: number;
                    /** @description Name shown to people. */
                    display_name: string;
                    /** @description Mail address, may be empty. */
                    email: string;
                    /** @description Group, whose factor prices are multiplied by. */
                    group: string;
                    /** Format: int64 */
                    id: number;
                    /** @description How much all its keys together may ask for. */
                    limits: components["schemas"]["LimitsView"];
                    /**
                     * Format: int32
                     * @description 0 guest, 1 common, 10 admin, 100 root.
                     */
                    role: number;
                    /**
                     * Format: int64
                     * @description 1 enabled, 2 disabled.
                     */
                    status: number;
                    /** @description Login name. */
                    username: string;
                })[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PageView_VersionView: {
            /** @description One page of a list. */
            data: {
                /** @description Whether a page follows. */
                has_more: boolean;
                /** @description The rows. */
                items: {
                    /** @description Whether the data sets that the built-in catalogue is made from contradict each other. */
                    disputed: boolean;
                    /**
                     * Format: int64
                     * @description It holds from then on, Unix seconds.
                     */
                    effective_from: number;
                    /** @description The group at the provider, where the scope is one. */
                    group_name?: string | null;
                    /** @description Model name; `*` stands for any run of characters. */
                    model: string;
                    price: components["schemas"]["PriceBody"];
                    /**
                     * Format: int64
                     * @description The provider, where the scope is one.
                     */
                    provider_id?: number | null;
                    /** @description `any` provider, one `provider`, the credentials of a provider in one `group`, or every provider of a `vendor`. */
                    scope: string;
                    /**
                     * @description `operator` (stated here), `provider` (published by the provider) or `builtin`. The first one that has a price for
                     *     the model is believed.
                     */
                    source: string;
                    /** @description The vendor, where the scope is one. */
                    vendor?: string | null;
                    /** @description Names exactly this price; receipts have it. */
                    version: string;
                }[];
                /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
                next_cursor?: string | null;
                /**
                 * Format: int64
                 * @description Number of this page, counted from 0.
                 */
                p: number;
                /**
                 * Format: int64
                 * @description The same as `p`.
                 */
                page: number;
                /**
                 * Format: int64
                 * @description Rows per page.
                 */
                page_size: number;
                /**
                 * Format: int64
                 * @description Rows of all pages; `null` in lists that are paged by cursor.
                 */
                total?: number | null;
                /**
                 * Format: int64
                 * @description Pages in all; `null` like `total`.
                 */
                total_pages?: number | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PreviewView: {
            /** @description Where a call would go. */
            data: {
                /** @description The candidates, and why. */
                decision: components["schemas"]["DecisionView"];
                /** @description What is doubtful about the rules that were sent: providers that are not in use. */
                problems: string[];
                /** @description What the caller would be told instead of an answer; `null` where a provider would be tried. */
                refusal?: string | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PriceSyncView: {
            /** @description What a provider publishes, and what it changed here. */
            data: {
                /** @description Models whose price is another now, or is gone. */
                changed: number;
                /** @description The first hundred of them. */
                left_out: components["schemas"]["LeftOutView"][];
                /** @description Models whose price was read. */
                models: number;
                /** @description Models that were left out. */
                skipped: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_PriceView: {
            /** @description A price that is kept in the database. */
            data: components["schemas"]["VersionView"] & {
                /**
                 * Format: int64
                 * @description When it was made, Unix seconds.
                 */
                created_time: number;
                /** Format: int64 */
                id: number;
                /** @description `cost` (what the provider takes) or `sell` (what callers pay instead of cost times factors). */
                purpose: string;
                /** @description Note for people. */
                remark: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_ProviderView: {
            /** @description A provider. */
            data: components["schemas"]["StandingView"] & {
                /** @description Always empty: secrets are never shown. */
                access_token: string;
                /**
                 * @description What is left on the account, US dollars; empty while that is not known.
                 * @example $12.34
                 */
                balance: string;
                /**
                 * Format: int64
                 * @description When the vendor said so, Unix seconds; 0 never.
                 */
                balance_updated: number;
                /** @description Root URL. */
                base_url: string;
                /** @description Whether the daily check-in is wanted. */
                checkin_enabled: boolean;
                /**
                 * Format: int64
                 * @description When it was made, Unix seconds.
                 */
                created_at: number;
                /** @description Whether a system access token is stored. */
                has_access_token: boolean;
                /** @description Headers that every call to it carries. Only names: the values, which may be secrets, are always empty. */
                headers: {
                    [key: string]: string;
                };
                /** Format: int64 */
                id: number;
                /** @description Public model name → name at this provider. */
                model_alias_mapping: {
                    [key: string]: string;
                };
                /** @description Unique. */
                name: string;
                /** @description `database`, or `file` for providers that the configuration file declares; those are read-only. */
                origin: string;
                /** @description Values for the placeholders in the vendor's paths. */
                params: {
                    [key: string]: string;
                };
                /**
                 * Format: int64
                 * @description Priority that new credentials and routes start with; higher goes first.
                 */
                priority: number;
                /** @description Whether it is reached through a proxy. */
                proxy_enabled: boolean;
                /** @description Always empty: it may hold a password. */
                proxy_url: string;
                /** @description Scheme, host and port of the proxy. */
                proxy_url_redacted: string;
                /** @description Free text. */
                remark: string;
                /**
                 * @description How its credentials take turns: `strategy` (as routing orders them), `weighted`, `least_used`, `sticky` or
                 *     `round_robin`.
                 */
                rotation: string;
                /**
                 * Format: int64
                 * @description 1 enabled, 2 disabled.
                 */
                status: number;
                /** @description Its own time-outs. */
                timeouts: components["schemas"]["TimeoutsView"];
                /**
                 * Format: int64
                 * @description Value of the `New-Api-User` header for management calls.
                 */
                user_id?: number | null;
                /** @description Name of the vendor, see `/api/vendor/`. */
                vendor: string;
                /**
                 * Format: int64
                 * @description Weight that new credentials and routes start with.
                 */
                weight: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_ReceiptView: {
            /** @description What a call cost and what its caller paid, with every part of the computation, and whether it is right. */
            data: {
                /** @description Id of the call. */
                call: string;
                charge?: components["schemas"]["SumView"] | null;
                cost?: components["schemas"]["SumView"] | null;
                /**
                 * Format: int64
                 * @description When the call began, Unix seconds.
                 */
                created_at: number;
                /**
                 * Format: int64
                 * @description When the call began, Unix milliseconds.
                 */
                created_at_ms: number;
                /** @description What is wrong; empty unless the verdict is `differs`. */
                findings: components["schemas"]["RemarkView"][];
                /**
                 * Format: int64
                 * @description What was reserved for the call when it ended.
                 */
                held_micros?: number | null;
                /** @description Model asked for; `null` when the record is gone. */
                model?: string | null;
                /** @description What else there is to know. */
                notes: components["schemas"]["RemarkView"][];
                /** @description What was booked about the call: its charge, and what was given back or corrected since. */
                transfers: components["schemas"]["BookedView"][];
                /** @description `reported` by the upstream, `estimated` by Sluice, or `missing`; `null` when the record is gone. */
                usage_source?: string | null;
                /**
                 * @description `equal`: computed again, everything comes out as it is on record. `differs`: something does not.
                 *     `nothing_to_recompute`: there is no sum, for the reason in `notes`.
                 */
                verdict: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_RouteView: {
            /** @description A route. */
            data: {
                enabled: boolean;
                /** Format: int64 */
                id: number;
                /** @description Whether it was made by hand; otherwise it follows the upstream's list of models. */
                manual: boolean;
                /** @description Public model name; `*` stands for any run of characters. */
                model_name: string;
                /** @description `database`, or `file` for routes that the configuration file declares; those are read-only. */
                origin: string;
                /**
                 * Format: int64
                 * @description Higher goes first.
                 */
                priority: number;
                /**
                 * Format: int64
                 * @description Provider that serves it.
                 */
                provider_id: number;
                /**
                 * Format: int64
                 * @description Credential that is used.
                 */
                provider_token_id: number;
                /** @description Name to send upstream; `null` sends what was asked for. */
                upstream_model?: string | null;
                /**
                 * Format: int64
                 * @description Share inside its priority.
                 */
                weight: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_RoutingPolicy: {
            /** @description All that is said about routing; what is left out is at its default. */
            data: {
                /** @description Public names that stand for others. */
                aliases?: components["schemas"]["RoutingAlias"][] | null;
                /** @description Name of the provider that gets calls for models that nobody else serves. */
                default_provider?: string | null;
                factors?: components["schemas"]["RoutingFactors"] | null;
                /** @description What differs for some models; the first pattern that matches counts. */
                models?: components["schemas"]["RoutingModel"][] | null;
                /** @description Tried in order; the first whose condition holds decides. */
                rules?: components["schemas"]["RoutingRule"][] | null;
                /** @description How candidates of the same priority are ordered where neither key nor model says. */
                strategy?: ("value" | "cheapest" | "fastest" | "least_busy" | "weighted" | "quota_first" | "round_robin" | "by_call" | "listed") | null;
                /** @description Whether an empty or meaningless answer counts as a failure. */
                validity?: ("off" | "observe" | "enforce") | null;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_RunView: {
            /** @description A run of check-ins. */
            data: {
                /**
                 * Format: int64
                 * @description The same as `started_at`.
                 */
                created_at: number;
                /**
                 * Format: int64
                 * @description When it ended, Unix seconds; 0 while it runs.
                 */
                ended_at: number;
                /**
                 * Format: int64
                 * @description Of those, providers that do not.
                 */
                failure_count: number;
                /**
                 * Format: int64
                 * @description 0 where there was nothing to do, so that no run was made.
                 */
                id: number;
                /** @description The same in words. */
                message: string;
                /** @description The day, `YYYY-MM-DD`. */
                scheduled_date: string;
                /**
                 * Format: int64
                 * @description When it began, Unix seconds.
                 */
                started_at: number;
                /** @description `running`, `success`, `partial` (some failed) or `failed` (the only one did). */
                status: string;
                /**
                 * Format: int64
                 * @description Of those, providers that count the day.
                 */
                success_count: number;
                /** @description Time zone that its day goes by. */
                timezone: string;
                /**
                 * Format: int64
                 * @description Providers that it was for.
                 */
                total_count: number;
                /** @description `cron`, `manual` (all that were missing) or `manual-provider` (one). */
                trigger_type: string;
                /**
                 * Format: int64
                 * @description Providers that were still missing at its end, whatever it was for.
                 */
                uncheckin_count: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_SetupView: {
            /** @description Whether set-up is still to be done. */
            data: {
                /** @description Whether there is no root user yet. */
                needed: boolean;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_StatusView: {
            /** @description The state of the installation. */
            data: {
                /** @description Always `false`: addresses are not verified. */
                email_verification: boolean;
                /** @description Text at the foot of each page. */
                footer_html: string;
                /** @description Always empty. */
                github_client_id: string;
                /** @description Always `false`. */
                github_oauth: boolean;
                /** @description Link of the name. */
                home_page_link: string;
                /** @description Whether anybody may make an account. */
                register_enabled: boolean;
                /** @description Address under which people reach this installation. */
                server_address: string;
                /** @description Whether the first administrator is still to be made. */
                setup_needed: boolean;
                /**
                 * Format: int64
                 * @description When this node started, Unix seconds.
                 */
                start_time: number;
                /** @description Name of this installation. */
                system_name: string;
                /** @description Always `false`. */
                turnstile_check: boolean;
                /** @description Always empty. */
                turnstile_site_key: string;
                /** @description Version of Sluice. */
                version: string;
                /** @description Always `false`. */
                wechat_login: boolean;
                /** @description Always empty. */
                wechat_qrcode: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_String: {
            data: string;
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_SummaryView: {
            /** @description Numbers about all providers. */
            data: {
                /** @description Accounts whose balance is known. */
                balance_account_count: number;
                balance_fresh_count: number;
                /** @description Accounts whose balance is not known. */
                balance_missing_count: number;
                balance_never_updated_count: number;
                balance_stale_count: number;
                /** @description The same, such as `$12.34`. */
                balance_total: string;
                /**
                 * Format: double
                 * @description What is left on all accounts together, US dollars; accounts in debt count as empty.
                 * @example 12.34
                 */
                balance_total_usd: number;
                enabled_providers: number;
                /**
                 * Format: int64
                 * @description How long a balance is fresh.
                 */
                freshness_window_hours: number;
                /** @description Providers that are reached through a proxy. */
                proxy_enabled_providers: number;
                total_credentials: number;
                total_providers: number;
                total_routes: number;
                /** @description Providers whose site counts as away now. */
                unreachable_providers: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_SyncView: {
            /** @description What a synchronisation found and changed. */
            data: {
                /** @description For each enabled credential of a provider without a system access token: what it may use. */
                credentials: components["schemas"]["CredentialDiscovery"][];
                /** @description The steps that were taken, in order. A provider without a system access token has none. */
                steps: components["schemas"]["StepView"][];
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_TestView: {
            /** @description What came of the rules. */
            data: {
                /** @description Name of the rule that decides; `null` for none. */
                decides?: string | null;
                /** @description Every rule, in order. */
                rules: components["schemas"]["RuleView"][];
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_TransferView: {
            /** @description A move of money from one account to another. */
            data: {
                /** @description Who ordered it: `user:ID`, `node:ID` or `system`. */
                actor: string;
                /**
                 * Format: int64
                 * @description How much; more than 0.
                 */
                amount_micros: number;
                /** @description Call that it is about; `null` for none. */
                call?: string | null;
                /**
                 * Format: int64
                 * @description When it was ordered, Unix seconds.
                 */
                created_time: number;
                /**
                 * Format: int64
                 * @description When it was ordered, Unix milliseconds.
                 */
                created_time_ms: number;
                /**
                 * Format: int64
                 * @description Account whose balance rose.
                 */
                credit_account: number;
                /** @description Stands for everything in the credited account's chain up to here. */
                credit_hash: string;
                /**
                 * Format: int64
                 * @description Place in the credited account's chain.
                 */
                credit_seq: number;
                /**
                 * Format: int64
                 * @description Account whose balance fell.
                 */
                debit_account: number;
                /** @description Stands for everything in the debited account's chain up to here. */
                debit_hash: string;
                /**
                 * Format: int64
                 * @description Place in the debited account's chain.
                 */
                debit_seq: number;
                /** @description UUID; that of a charge is the id of its call. */
                id: string;
                /** @description `top_up`, `charge`, `refund`, `grant`, `correction` or `expiry`. */
                kind: string;
                /** @description Note for people. */
                memo: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_UsageReportView: {
            /** @description What was used in a time, and in the time before. */
            data: {
                /**
                 * Format: int64
                 * @description When the time begins, Unix seconds.
                 */
                from: number;
                /** @description The parts with most calls; empty where it is not split. */
                parts: components["schemas"]["UsagePartView"][];
                /** @description Every hour or day, also those without calls, oldest first. */
                points: components["schemas"]["UsagePointView"][];
                /** @description All of the time before. */
                previous: components["schemas"]["UsageAmountsView"];
                /**
                 * Format: int64
                 * @description When the time before begins: as long, and ending at the same time of the day.
                 */
                previous_from: number;
                /** @description How long it took then. */
                previous_speed: components["schemas"]["UsageSpeedView"];
                /**
                 * Format: int64
                 * @description When it ends.
                 */
                previous_to: number;
                /** @description How long it took. */
                speed: components["schemas"]["UsageSpeedView"];
                /** @description How long each point is: `hour` or `day`. */
                step: string;
                /**
                 * Format: int64
                 * @description When it ends.
                 */
                to: number;
                /** @description All of it. */
                total: components["schemas"]["UsageAmountsView"];
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_UserView: {
            /** @description A user. */
            data: components["schemas"]["HiddenView"] & {
                /** @description Whether the user pays for its calls from its own balance; otherwise the operator does. */
                billed: boolean;
                /**
                 * Format: int64
                 * @description When the user was made, Unix seconds.
                 */
                created_at: number;
                /** @description Name shown to people. */
                display_name: string;
                /** @description Mail address, may be empty. */
                email: string;
                /** @description Group, whose factor prices are multiplied by. */
                group: string;
                /** Format: int64 */
                id: number;
                /** @description How much all its keys together may ask for. */
                limits: components["schemas"]["LimitsView"];
                /**
                 * Format: int32
                 * @description 0 guest, 1 common, 10 admin, 100 root.
                 */
                role: number;
                /**
                 * Format: int64
                 * @description 1 enabled, 2 disabled.
                 */
                status: number;
                /** @description Login name. */
                username: string;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_CredentialView: {
            data: {
                /**
                 * Format: int64
                 * @description How many calls it may answer in all; `null` for no bound.
                 */
                call_quota?: number | null;
                /**
                 * Format: int64
                 * @description How many of these are left, those under way included; `null` for no bound.
                 */
                calls_left?: number | null;
                /**
                 * Format: int64
                 * @description When it was made, Unix seconds.
                 */
                created_at: number;
                /** @description Group at the upstream, for NewAPI sites. */
                group_name: string;
                /** Format: int64 */
                id: number;
                /** @description `ready`, or `unresolved` while its secret is not known. */
                key_status: string;
                /** @description Why its secret is not known, as a word; empty when it is. */
                key_unresolved_reason: string;
                /**
                 * Format: int64
                 * @description When the site was last asked about it, Unix seconds; 0 never.
                 */
                last_synced: number;
                /** @description What the vendor lets it ask for. */
                limits: components["schemas"]["LimitsView"];
                /** @description The only models that it may be used for, with commas; empty for all. */
                model_limits: string;
                /** @description Unique at its provider. */
                name: string;
                /** @description `database`, or `file` for credentials that the configuration file declares; those are read-only. */
                origin: string;
                /**
                 * Format: int64
                 * @description Priority that new routes start with.
                 */
                priority: number;
                /**
                 * Format: int64
                 * @description Provider it belongs to.
                 */
                provider_id: number;
                /**
                 * Format: int64
                 * @description What is left of it, in the site's units.
                 */
                remain_quota: number;
                /**
                 * @description Only the last four characters.
                 * @example ****wxyz
                 */
                sk_key: string;
                /**
                 * Format: int64
                 * @description 1 enabled, 2 disabled.
                 */
                status: number;
                /** @description Whether only the account limits it. */
                unlimited_quota: boolean;
                /**
                 * Format: int64
                 * @description What the site says of it: 1 enabled, 2 disabled, 3 expired, 4 used up; `null` for one that was entered here.
                 */
                upstream_status?: number | null;
                /**
                 * Format: int64
                 * @description Its number at the provider's site; `null` for one that was entered here.
                 */
                upstream_token_id?: number | null;
                /**
                 * Format: int64
                 * @description What was used of it, in the site's units.
                 */
                used_quota: number;
                /**
                 * Format: int64
                 * @description Weight that new routes start with.
                 */
                weight: number;
            }[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_ExportedProvider: {
            data: {
                /** @description System access token of its site; a secret. */
                access_token?: string | null;
                base_url: string;
                checkin_enabled: boolean;
                /** @description All credentials; secrets. */
                credentials?: components["schemas"]["ExportedCredential"][] | null;
                /** @description Headers that every call to it carries; a secret. */
                headers?: {
                    [key: string]: string;
                } | null;
                /** @description The secret of the credential called `default`, for importers that know no other. */
                key?: string | null;
                model_alias_mapping: {
                    [key: string]: string;
                };
                name: string;
                params: {
                    [key: string]: string;
                };
                /** Format: int64 */
                priority: number;
                /** @description Whether it is reached through a proxy; left out where the proxy is secret. */
                proxy_enabled?: boolean | null;
                /** @description The proxy; one with a user name or a password is a secret. */
                proxy_url?: string | null;
                remark: string;
                rotation: string;
                /** Format: int64 */
                status: number;
                timeouts: components["schemas"]["TimeoutsView"];
                /** Format: int64 */
                user_id?: number | null;
                vendor: string;
                /** Format: int64 */
                weight: number;
            }[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_ItemView: {
            data: {
                /** @description Whether the check-in was switched off there, because the site has none. */
                auto_disabled: boolean;
                /**
                 * Format: int64
                 * @description When, Unix seconds.
                 */
                checked_at: number;
                /**
                 * Format: int64
                 * @description The same.
                 */
                created_at: number;
                /** Format: int64 */
                id: number;
                /** @description What the site said, or why it said nothing. */
                message: string;
                /** Format: int64 */
                provider_id: number;
                /** @description Its name at the time. */
                provider_name: string;
                /**
                 * Format: int64
                 * @description What the site awarded, in its own units; 500000 are usually one US dollar.
                 */
                quota_awarded: number;
                /** Format: int64 */
                run_id: number;
                /** @description `success` or `failed`. */
                status: string;
            }[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_JobView: {
            data: {
                /** @description What it is for, in the language asked for. */
                description: string;
                /**
                 * Format: int64
                 * @description With `every`: seconds from one run to the next.
                 */
                every_secs?: number | null;
                /**
                 * Format: int64
                 * @description Runs in a row that failed.
                 */
                failures: number;
                /** @description Whether it runs now, on whichever node. */
                is_running: boolean;
                /**
                 * Format: int64
                 * @description It begins up to so much later, so that not everything begins at once.
                 */
                jitter_secs?: number | null;
                last_run?: components["schemas"]["JobRunView"] | null;
                /**
                 * Format: int64
                 * @description When it last succeeded, Unix seconds.
                 */
                last_success_time?: number | null;
                /** @description Stable name. */
                name: string;
                /**
                 * Format: int64
                 * @description When it is due, Unix seconds; `null` while it runs or is off.
                 */
                next_run_time?: number | null;
                /** @description `every`, `daily`, or `off`. */
                schedule: string;
                /** @description With `daily`: time of day, `HH:MM`. */
                time?: string | null;
                /**
                 * Format: int64
                 * @description A run takes at most so long.
                 */
                time_limit_secs: number;
                /** @description With `daily`: the time zone; `null` is that of the server. */
                timezone?: string | null;
            }[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_OptionView: {
            data: (components["schemas"]["FormView"] & {
                /** @description Value while nothing is saved. */
                default: string;
                /** @description What it does, in English. */
                explanation: string;
                /** @description What it does, in Chinese. */
                explanation_zh: string;
                /** @description What it is about: `site`, `accounts`, `routing`, `checkin`, `files`, `mail`, `notifications` or `backup`. */
                group: string;
                /** @description Whether this release reads it; otherwise it is kept for a feature to come. */
                in_use: boolean;
                /** @description Whether it is kept sealed and never shown. */
                is_secret: boolean;
                /** @description Whether something was saved. */
                is_set: boolean;
                /** @description Name. */
                key: string;
                /** @description Settings that must be filled in before this one is `true`. */
                needs: string[];
                /** @description Whether a saved value waits for the next start. */
                needs_restart: boolean;
                /** @description Value in force; always empty for secrets. */
                value: string;
            })[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_RunView: {
            data: {
                /**
                 * Format: int64
                 * @description The same as `started_at`.
                 */
                created_at: number;
                /**
                 * Format: int64
                 * @description When it ended, Unix seconds; 0 while it runs.
                 */
                ended_at: number;
                /**
                 * Format: int64
                 * @description Of those, providers that do not.
                 */
                failure_count: number;
                /**
                 * Format: int64
                 * @description 0 where there was nothing to do, so that no run was made.
                 */
                id: number;
                /** @description The same in words. */
                message: string;
                /** @description The day, `YYYY-MM-DD`. */
                scheduled_date: string;
                /**
                 * Format: int64
                 * @description When it began, Unix seconds.
                 */
                started_at: number;
                /** @description `running`, `success`, `partial` (some failed) or `failed` (the only one did). */
                status: string;
                /**
                 * Format: int64
                 * @description Of those, providers that count the day.
                 */
                success_count: number;
                /** @description Time zone that its day goes by. */
                timezone: string;
                /**
                 * Format: int64
                 * @description Providers that it was for.
                 */
                total_count: number;
                /** @description `cron`, `manual` (all that were missing) or `manual-provider` (one). */
                trigger_type: string;
                /**
                 * Format: int64
                 * @description Providers that were still missing at its end, whatever it was for.
                 */
                uncheckin_count: number;
            }[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_SessionView: {
            data: {
                /** @description Where the login came from; may be empty. */
                client_ip: string;
                /**
                 * Format: int64
                 * @description When the login was, Unix seconds.
                 */
                created_time: number;
                /**
                 * Format: int64
                 * @description When it ends, Unix seconds.
                 */
                expired_time: number;
                /** @description Names it; nothing can be done with it but to end the session. */
                id: string;
                /** @description Whether it is the one that asks. */
                is_current: boolean;
                /**
                 * Format: int64
                 * @description When it was last used, Unix seconds, to a few minutes.
                 */
                seen_time: number;
                /** @description What the browser called itself. */
                user_agent: string;
            }[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_String: {
            data: string[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_TokenView: {
            data: {
                /**
                 * Format: int64
                 * @description When it was made, Unix seconds.
                 */
                created_time: number;
                /**
                 * Format: int64
                 * @description Refused from this time on, Unix seconds; -1 never.
                 */
                expired_time: number;
                /** Format: int64 */
                id: number;
                /** @description What it is for. */
                name: string;
                /**
                 * Format: int64
                 * @description When it was last used, Unix seconds, to a few minutes; 0 never.
                 */
                used_time: number;
            }[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_UserView: {
            data: (components["schemas"]["HiddenView"] & {
                /** @description Whether the user pays for its calls from its own balance; otherwise the operator does. */
                billed: boolean;
                /**
                 * Format: int64
                 * @description When the user was made, Unix seconds.
                 */
                created_at: number;
                /** @description Name shown to people. */
                display_name: string;
                /** @description Mail address, may be empty. */
                email: string;
                /** @description Group, whose factor prices are multiplied by. */
                group: string;
                /** Format: int64 */
                id: number;
                /** @description How much all its keys together may ask for. */
                limits: components["schemas"]["LimitsView"];
                /**
                 * Format: int32
                 * @description 0 guest, 1 common, 10 admin, 100 root.
                 */
                role: number;
                /**
                 * Format: int64
                 * @description 1 enabled, 2 disabled.
                 */
                status: number;
                /** @description Login name. */
                username: string;
            })[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_Vec_VendorView: {
            data: {
                /** @description Root URL; `null` when the operator must give it. */
                base_url?: string | null;
                /** @description Where the vendor documents its API. */
                docs: string;
                /** @description Unique name, as providers refer to it. */
                name: string;
                /** @description What it can do. */
                operations: string[];
                /** @description Placeholders in its paths with their default values. */
                params: {
                    [key: string]: string;
                };
                /** @description Name shown to people, by language (`en`, `zh`). */
                title: {
                    [key: string]: string;
                };
            }[];
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description What every successful answer looks like. */
        Envelope_VerificationView: {
            /** @description What a verification found. */
            data: {
                /**
                 * Format: int64
                 * @description Accounts looked at.
                 */
                accounts: number;
                /**
                 * Format: int64
                 * @description Records of charged calls compared with transfers.
                 */
                calls: number;
                /** @description What does not add up, the first thousand. */
                deviations: components["schemas"]["DeviationView"][];
                /** @description Whether everything adds up. */
                is_clean: boolean;
                /**
                 * Format: int64
                 * @description Links of chains followed; each transfer has two.
                 */
                links: number;
                /**
                 * Format: int64
                 * @description How many more there are.
                 */
                more_deviations: number;
                /**
                 * Format: int64
                 * @description Transfers compared with records of calls.
                 */
                transfers: number;
            };
            /** @description Empty, or something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description Why a call went where it went. */
        ExplainView: {
            /** @description What came of it, in order. */
            attempts: components["schemas"]["ExplainedAttemptView"][];
            /**
             * Format: int64
             * @description What reading them from the cache saved the operator, micro-dollars; `null` where the price does not tell, and for
             *     the call's owner.
             */
            cache_saved_micros?: number | null;
            /**
             * Format: int64
             * @description Tokens that were read from a prompt cache.
             */
            cached_tokens: number;
            /** @description Id of the call. */
            call: string;
            decision?: components["schemas"]["DecisionView"] | null;
            /** @description Model asked for. */
            model: string;
        };
        /** @description One attempt. */
        ExplainedAttemptView: {
            /** Format: int64 */
            duration_ms: number;
            /** @description What went wrong; `null` for the one that was accepted. The call's owner sees the code alone. */
            error?: string | null;
            provider?: string | null;
            /**
             * Format: int64
             * @description `null` for the call's owner, as is the name.
             */
            provider_id?: number | null;
            /**
             * Format: int64
             * @description Start, in milliseconds after the call began.
             */
            started_ms: number;
            /**
             * Format: int32
             * @description Upstream HTTP status; 0 when none came.
             */
            status: number;
        };
        /**
         * @description A credential of a provider as exports have it. An import changes the one that has its number at the site, or else its
         *     name, and makes it where there is none; others stay.
         */
        ExportedCredential: {
            /**
             * Format: int64
             * @description How many calls it may answer in all.
             */
            call_quota?: number | null;
            /** @description Group at the upstream. */
            group_name?: string;
            /** @description Its secret; empty where the site does not show it. */
            key?: string;
            /** @description What the vendor lets it ask for. */
            limits?: components["schemas"]["LimitsView"];
            name: string;
            /**
             * Format: int64
             * @description The provider's by default.
             */
            priority?: number | null;
            /**
             * Format: int64
             * @description 1 enabled (default), 2 disabled.
             */
            status?: number | null;
            /**
             * Format: int64
             * @description Its number at the provider's site; left out for one that was entered by hand.
             */
            upstream_token_id?: number | null;
            /**
             * Format: int64
             * @description The provider's by default.
             */
            weight?: number | null;
        };
        /** @description A provider in an export. Everything can be imported again; secrets are there only where they were asked for. */
        ExportedProvider: {
            /** @description System access token of its site; a secret. */
            access_token?: string | null;
            base_url: string;
            checkin_enabled: boolean;
            /** @description All credentials; secrets. */
            credentials?: components["schemas"]["ExportedCredential"][] | null;
            /** @description Headers that every call to it carries; a secret. */
            headers?: {
                [key: string]: string;
            } | null;
            /** @description The secret of the credential called `default`, for importers that know no other. */
            key?: string | null;
            model_alias_mapping: {
                [key: string]: string;
            };
            name: string;
            params: {
                [key: string]: string;
            };
            /** Format: int64 */
            priority: number;
            /** @description Whether it is reached through a proxy; left out where the proxy is secret. */
            proxy_enabled?: boolean | null;
            /** @description The proxy; one with a user name or a password is a secret. */
            proxy_url?: string | null;
            remark: string;
            rotation: string;
            /** Format: int64 */
            status: number;
            timeouts: components["schemas"]["TimeoutsView"];
            /** Format: int64 */
            user_id?: number | null;
            vendor: string;
            /** Format: int64 */
            weight: number;
        };
        /** @description The numbers of the value score; `/api/routing/` changes them. */
        FactorsView: {
            /** Format: double */
            base_weight_factor: number;
            /** Format: double */
            failure_penalty_alpha: number;
            health_adjustment_enabled: boolean;
            /** Format: double */
            health_max_multiplier: number;
            /** Format: double */
            health_min_multiplier: number;
            /** Format: int32 */
            health_min_samples: number;
            /** Format: double */
            health_reward_beta: number;
            /** Format: int32 */
            health_window_hours: number;
            /** Format: int32 */
            usage_window_hours: number;
            /** Format: double */
            value_score_factor: number;
        };
        /** @description What every failed answer looks like. */
        FailureBody: {
            /**
             * @description Stable name of the kind of failure; see the API's documentation for the list.
             * @example not_found
             */
            code: string;
            /** @description Always `null`. */
            data?: boolean | null;
            /**
             * @description What is wrong in the request: the name of a field, or the way to it; `null` where it is none.
             * @example rules[0].when
             */
            field?: string | null;
            /** @description What is wrong and what to do, in the language asked for. */
            message: string;
            /** @description Always `false` here. */
            success: boolean;
        };
        /** @description Something that does not add up. */
        Fault: {
            /** @description For programs: as in `POST /api/ledger/verify`, or `row_unreadable`. */
            kind: string;
            /** @description For people, in English. */
            text: string;
        };
        /** @description What the value of a setting may be; `null` and empty where that is no matter. */
        FormView: {
            /** @description What an `enum` may be. */
            choices: string[];
            /** @description Whether it cannot be empty. */
            is_required: boolean;
            /**
             * Format: double
             * @description Greatest number, or most characters.
             */
            max?: number | null;
            /**
             * Format: double
             * @description Least number, or fewest characters.
             */
            min?: number | null;
            /**
             * @description `bool`, `int`, `decimal`, `duration` (a whole number of `unit`), `enum` (one of `choices`), `text`, `link`, `time`,
             *     `zone`, `cron`, `list` (separated by semicolons) or `json`.
             */
            type: string;
            /** @description `seconds`, `minutes`, `hours` or `days`. */
            unit?: string | null;
        };
        /** @description A group to make or change; absent fields take the default, or stay. */
        GroupInput: {
            limits?: components["schemas"]["LimitsView"] | null;
            /**
             * @description What prices are multiplied by, as text; `1` by default.
             * @example 0.8
             */
            multiplier?: string | null;
            /** @description Note for people. */
            remark?: string | null;
        };
        /** @description A group that a key can be made in. */
        GroupOption: {
            group_name: string;
            /**
             * Format: double
             * @description Its factor; 1 where the site says none.
             */
            ratio: number;
        };
        /** @description A group of users. */
        GroupView: {
            /** @description How much all its users together may ask for. */
            limits: components["schemas"]["LimitsView"];
            /**
             * @description What prices are multiplied by for its users.
             * @example 0.8
             */
            multiplier: string;
            name: string;
            /** @description Note for people. */
            remark: string;
        };
        /** @description What the old gateways had here; always empty. */
        HiddenView: {
            /** @description Always empty: nobody logs in that way. */
            github_id: string;
            /** @description Always empty: secrets are never shown. */
            password: string;
            /** @description Always empty: secrets are never shown. */
            token: string;
            /** @description Always empty: codes are not asked for. */
            verification_code: string;
            /** @description Always empty: nobody logs in that way. */
            wechat_id: string;
        };
        /** @description Why one provider was skipped. */
        ImportProblem: {
            /** @description Its place in the file, counted from 0. */
            index: number;
            /** @description What is wrong with it. */
            message: string;
            /** @description Its name. */
            name: string;
        };
        /** @description What an import did. */
        ImportView: {
            created: number;
            /** @description Why providers were skipped. */
            problems: components["schemas"]["ImportProblem"][];
            skipped: number;
            updated: number;
        };
        /** @description A provider in an import. */
        ImportedProvider: components["schemas"]["ProviderInput"] & {
            /** @description Its credentials; where there are some, `key` is not looked at. */
            credentials?: components["schemas"]["ExportedCredential"][] | null;
        };
        /** @description A check-in at a provider. */
        ItemView: {
            /** @description Whether the check-in was switched off there, because the site has none. */
            auto_disabled: boolean;
            /**
             * Format: int64
             * @description When, Unix seconds.
             */
            checked_at: number;
            /**
             * Format: int64
             * @description The same.
             */
            created_at: number;
            /** Format: int64 */
            id: number;
            /** @description What the site said, or why it said nothing. */
            message: string;
            /** Format: int64 */
            provider_id: number;
            /** @description Its name at the time. */
            provider_name: string;
            /**
             * Format: int64
             * @description What the site awarded, in its own units; 500000 are usually one US dollar.
             */
            quota_awarded: number;
            /** Format: int64 */
            run_id: number;
            /** @description `success` or `failed`. */
            status: string;
        };
        /** @description A run of a job. */
        JobRunView: {
            /**
             * Format: int64
             * @description When it began, Unix seconds.
             */
            began_time: number;
            /**
             * Format: int64
             * @description Things done.
             */
            done: number;
            /**
             * Format: int64
             * @description How long it has taken, milliseconds.
             */
            duration_ms: number;
            /**
             * Format: int64
             * @description When it ended, Unix seconds; `null` while it runs.
             */
            ended_time?: number | null;
            /** Format: int64 */
            id: number;
            /** @description The job's name. */
            job: string;
            /** @description What is being done, and afterwards what came of it, in the language asked for. */
            message: string;
            /**
             * Format: int64
             * @description Node that does it, or did.
             */
            node: number;
            /** @description `running`, `succeeded`, `failed`, `timed_out`, `cancelled` (Sluice was stopped) or `lost` (its node died). */
            status: string;
            /**
             * Format: int64
             * @description Things there are to do; `null` where that is not known.
             */
            total?: number | null;
            /** @description `schedule` or `manual`. */
            trigger: string;
        };
        /** @description A job. */
        JobView: {
            /** @description What it is for, in the language asked for. */
            description: string;
            /**
             * Format: int64
             * @description With `every`: seconds from one run to the next.
             */
            every_secs?: number | null;
            /**
             * Format: int64
             * @description Runs in a row that failed.
             */
            failures: number;
            /** @description Whether it runs now, on whichever node. */
            is_running: boolean;
            /**
             * Format: int64
             * @description It begins up to so much later, so that not everything begins at once.
             */
            jitter_secs?: number | null;
            last_run?: components["schemas"]["JobRunView"] | null;
            /**
             * Format: int64
             * @description When it last succeeded, Unix seconds.
             */
            last_success_time?: number | null;
            /** @description Stable name. */
            name: string;
            /**
             * Format: int64
             * @description When it is due, Unix seconds; `null` while it runs or is off.
             */
            next_run_time?: number | null;
            /** @description `every`, `daily`, or `off`. */
            schedule: string;
            /** @description With `daily`: time of day, `HH:MM`. */
            time?: string | null;
            /**
             * Format: int64
             * @description A run takes at most so long.
             */
            time_limit_secs: number;
            /** @description With `daily`: the time zone; `null` is that of the server. */
            timezone?: string | null;
        };
        /** @description What routing knows of a route. All of it is as this node has seen it, and `null` for routes that are not in use. */
        JudgedView: {
            /** @description `per_call` or `per_token`; `null` when nobody states a price. */
            billing_type?: string | null;
            /**
             * Format: double
             * @description US dollars per million tokens written.
             */
            completion_price_per_1m?: number | null;
            /**
             * Format: double
             * @description Their mean duration, milliseconds.
             */
            health_avg_latency_ms?: number | null;
            /**
             * Format: double
             * @description Share of those that failed, from 0 to 1.
             */
            health_fail_rate?: number | null;
            /**
             * Format: int32
             * @description Answers that said nothing lately, where answers are looked at.
             */
            health_invalid_count?: number | null;
            /**
             * Format: double
             * @description What failures and latency multiply its share by.
             */
            health_multiplier?: number | null;
            /**
             * Format: int32
             * @description Attempts lately.
             */
            health_sample_count?: number | null;
            /**
             * Format: double
             * @description Share of those that succeeded, from 0 to 1.
             */
            health_success_rate?: number | null;
            /**
             * Format: double
             * @description US dollars per call.
             */
            per_call_price?: number | null;
            /**
             * Format: double
             * @description US dollars per million tokens read.
             */
            prompt_price_per_1m?: number | null;
            /** @description What is left on the provider's account, US dollars; empty while that is not known. */
            provider_balance: string;
            /**
             * Format: double
             * @description Spent there lately, US dollars.
             */
            recent_usage_cost_usd?: number | null;
            /** @description Whether it rests, because it failed or asked for it. */
            suppressed: boolean;
            /** @description What happened: `failing`, `rate_limited`, `quota_exhausted`, `unauthorized` or `model_missing`. */
            suppressed_because?: string | null;
            /** @description What it happened to: the `provider`, the `credential` or the `route`. */
            suppressed_subject?: string | null;
            /**
             * Format: int64
             * @description Until when, Unix seconds.
             */
            suppressed_until?: number | null;
            /**
             * Format: double
             * @description What the route is worth: from price, balance and recent spending.
             */
            value_score?: number | null;
        };
        /** @description What may be spent in a kind of period. */
        KeyBudgetInput: {
            /**
             * Format: int64
             * @description What may be spent in one period, in micro-dollars: 0 to 10^15.
             */
            limit_micros: number;
            period: components["schemas"]["PeriodInput"];
            /** @description Time zone that periods begin and end by; `UTC` by default. That of a budget that is there cannot be changed. */
            zone?: string | null;
        };
        /** @description A key to make, or a change of one: absent fields take the default, or stay. */
        KeyInput: {
            /** @description Addresses and networks it may be used from, one per line; empty for all. */
            allow_ips?: string | null;
            /** @description What may be spent with it, all at once, one for each kind of period; an empty list for no budgets. */
            budgets?: components["schemas"]["KeyBudgetInput"][] | null;
            /** @description Model of calls that name none; empty and `null` clear. */
            default_model?: string | null;
            /**
             * Format: int64
             * @description Refused from this time on, Unix seconds; -1 never (default).
             */
            expired_time?: number | null;
            /**
             * @description Who pays for its calls: `owner` (default) or `own`, the key's own balance. Only administrators change it, and not
             *     their own keys'.
             */
            funding?: string | null;
            /**
             * Format: int64
             * @description Which key to change; not looked at when a key is made.
             */
            id?: number | null;
            limits?: components["schemas"]["LimitsView"] | null;
            /** @description Models, comma separated; `*` stands for any run of characters. */
            model_limits?: string | null;
            /** @description Whether only the listed models may be used; follows `model_limits` when absent. */
            model_limits_enabled?: boolean | null;
            /**
             * @description What prices are multiplied by for its calls, as text: `1` by default. Only administrators change it, and not
             *     their own keys'.
             * @example 0.8
             */
            multiplier?: string | null;
            /** @description `default` by default. */
            name?: string | null;
            /** @description Names of the only providers that its calls go to; empty for all (default). Only administrators change it. */
            providers?: string[] | null;
            /** @description Whether the caller is told what each call cost, in a header; `false` by default. */
            shows_cost?: boolean | null;
            /**
             * Format: int64
             * @description 1 enabled (default), 2 disabled.
             */
            status?: number | null;
            /** @description How its candidates are ordered, such as `cheapest`; empty and `null` clear. Only administrators change it. */
            strategy?: string | null;
        };
        /** @description A key; the secret itself is shown once, when it is made. */
        KeyView: {
            /**
             * Format: int64
             * @description When it was last used, Unix seconds; 0 never.
             */
            accessed_at: number;
            /** @description Addresses and networks it may be used from, one per line; empty for all. */
            allow_ips: string;
            /**
             * Format: int64
             * @description When it was made, Unix seconds.
             */
            created_at: number;
            /** @description Model of calls that name none. */
            default_model?: string | null;
            /**
             * Format: int64
             * @description Refused from this time on, Unix seconds; -1 never.
             */
            expired_time: number;
            /** @description Who pays for its calls: `owner` (its owner, if billed at all) or `own` (nothing but its own balance). */
            funding: string;
            /** Format: int64 */
            id: number;
            /**
             * @description Only the last four characters.
             * @example ag-****wxyz
             */
            key: string;
            /** @description How much it may ask for. */
            limits: components["schemas"]["LimitsView"];
            /** @description Models, comma separated; `*` stands for any run of characters. */
            model_limits: string;
            /** @description Whether only the listed models may be used. */
            model_limits_enabled: boolean;
            /**
             * @description What prices are multiplied by for its calls, besides the factor of the owner's group.
             * @example 0.8
             */
            multiplier: string;
            /** @description Name given by the owner. */
            name: string;
            /** @description `database`, or `file` for keys that the configuration file declares; those are read-only. */
            origin: string;
            /**
             * Format: int64
             * @description Until when the secret that it had before the last rotation works too, Unix seconds; 0 where none does.
             */
            previous_until: number;
            /** @description Names of the only providers that its calls go to; empty for all. */
            providers: string[];
            /** @description Whether the caller is told what each call cost. */
            shows_cost: boolean;
            /**
             * Format: int64
             * @description 1 enabled, 2 disabled.
             */
            status: number;
            /** @description How its candidates are ordered; `null` as the model or the general setting says. */
            strategy?: string | null;
            /**
             * Format: int64
             * @description Owner.
             */
            user_id: number;
        };
        /** @description What is known of a provider's check-ins. */
        LastCheckin: {
            /**
             * Format: int64
             * @description When one last succeeded, Unix seconds; 0 never.
             */
            last_checkin_at: number;
            /** @description What the site said, or why it said nothing. */
            last_checkin_message: string;
            /** @description The same in Chinese. */
            last_checkin_message_zh: string;
            /**
             * Format: int64
             * @description What it awarded, in its own units.
             */
            last_checkin_quota_awarded: number;
            /**
             * Format: int64
             * @description When the last result came, Unix seconds; 0 never.
             */
            last_checkin_result_at: number;
            /** @description `success` or `failed`; empty before the first. */
            last_checkin_status: string;
        };
        /** @description What is known of the ledger. */
        LedgerStateView: {
            audit?: components["schemas"]["Audit"] | null;
            /**
             * Format: int64
             * @description When the last audit ended, Unix seconds; `null` before the first.
             */
            last_run?: number | null;
            /**
             * Format: int64
             * @description When the next one begins, Unix seconds; `null` before the first, which begins a few minutes after the start.
             */
            next_run?: number | null;
            /**
             * Format: int64
             * @description Node whose turn it is or was.
             */
            node?: number | null;
        };
        /** @description A model that was left out. */
        LeftOutView: {
            model: string;
            /** @description Why it has no price here. */
            reason: string;
        };
        /** @description How much may be asked for; `null` is no limit, 0 allows nothing. */
        LimitsView: {
            /**
             * Format: int32
             * @description Calls under way at the same time.
             * @default null
             */
            concurrency: number | null;
            /**
             * Format: int32
             * @description Calls in a minute.
             * @default null
             */
            requests_per_minute: number | null;
            /**
             * Format: int64
             * @description Tokens read and written in a minute.
             * @default null
             */
            tokens_per_minute: number | null;
        };
        /** @description One class of a sum. */
        LineView: {
            /** @description US dollars before the factors, exactly. */
            amount_usd: string;
            /** @description What was counted, such as `input` or `cache_read`. */
            class: string;
            /**
             * Format: int64
             * @description How much: tokens, calls, images, or milliseconds for `second`.
             */
            quantity: number;
            /**
             * Format: int64
             * @description Micro-dollars per million tokens, calls, images or seconds.
             */
            rate_micros: number;
            /** @description The class whose rate was taken, where `class` has none of its own. */
            rate_of: string;
        };
        /** @description What the node that answers is doing. Other nodes have their own numbers. */
        LiveView: {
            /** @description Calls that were answered in each of the last sixty seconds, oldest first; fewer after a start. */
            calls_by_second: number[];
            /**
             * Format: double
             * @description Calls that were answered in a second, mean of the last ten.
             */
            calls_per_second: number;
            /**
             * Format: int64
             * @description Id of the node.
             */
            node: number;
            /**
             * Format: int64
             * @description Calls under way.
             */
            open_calls: number;
            /**
             * Format: int64
             * @description Open connections of clients.
             */
            open_connections: number;
        };
        /** @description A login. */
        LoginInput: {
            /** @description Password. */
            password: string;
            /** @description Login name. */
            username: string;
        };
        /** @description The price that would hold for a call that began now. */
        LookupView: {
            cost?: components["schemas"]["VersionView"] | null;
            /** @description Group of the caller. */
            group: string;
            /**
             * @description Factor of the group.
             * @example 0.8
             */
            group_multiplier: string;
            /** @description Name of the model at the provider: its aliases are applied. */
            model: string;
            /** Format: int64 */
            provider_id: number;
            provider_name: string;
            sell?: components["schemas"]["VersionView"] | null;
        };
        /** @description A key that was made. Its id stands beside the data, which old scripts take for the key itself. */
        MadeKey: {
            /** @description The key itself. */
            data: string;
            /**
             * Format: int64
             * @description Its id, for all that is asked of it later.
             */
            id: number;
            /** @description Something that a person should read. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
        };
        /** @description Something to do with a user. */
        ManageInput: {
            /** @description `disable`, `enable`, `delete`, `promote` (to admin, root only) or `demote` (to common). */
            action: string;
            /** @description Login name. */
            username: string;
        };
        /** @description The providers that do not count today yet, and which day that is. */
        MissingAnswer: {
            /** @description The providers. */
            data: components["schemas"]["MissingView"][];
            /**
             * Format: int64
             * @description When the day began, Unix seconds.
             */
            day_start: number;
            /** @description Always empty. */
            message: string;
            /** @description Always `true` here. */
            success: boolean;
            /** @description Time zone that the day goes by. */
            timezone: string;
        };
        /** @description A provider that does not count today yet. */
        MissingView: components["schemas"]["LastCheckin"] & {
            /** @description Root URL. */
            base_url: string;
            /** Format: int64 */
            id: number;
            name: string;
        };
        /** @description Calls of a model. */
        ModelCount: {
            model_name: string;
            /** Format: int64 */
            request_count: number;
        };
        /** @description Tokens of a model on a day. */
        ModelDay: {
            date: string;
            model_name: string;
            /** Format: int64 */
            token_count: number;
        };
        /** @description A budget to make. Fields that are not known are refused. */
        NewBudgetInput: {
            /**
             * Format: int64
             * @description What may be spent in one period, in micro-dollars: 0 to 10^15.
             */
            limit_micros: number;
            /**
             * Format: int64
             * @description Id of the key or user.
             */
            owner_id: number;
            period: components["schemas"]["PeriodInput"];
            scope: components["schemas"]["ScopeInput"];
            /** @description Time zone that periods begin and end by, such as `Asia/Shanghai`; `UTC` by default. It cannot be changed later. */
            zone?: string | null;
        };
        /** @description A price to state: exactly one of `price`, `rates` and `ratios`. Fields that are not known are refused. */
        NewPriceInput: {
            /**
             * Format: int64
             * @description It holds from then on, Unix seconds; now by default.
             */
            effective_from?: number | null;
            /** @description Model name as the provider knows it; `*` stands for any run of characters. */
            model: string;
            price?: components["schemas"]["PriceBody"] | null;
            /**
             * Format: int64
             * @description Only at this provider.
             */
            provider_id?: number | null;
            /** @description `cost` by default. */
            purpose?: components["schemas"]["PurposeInput"];
            /**
             * @description One rate for each class, in micro-dollars per million; 0 is free.
             * @example {
             *       "input": 2500000,
             *       "output": 10000000
             *     }
             */
            rates?: {
                [key: string]: number;
            } | null;
            ratios?: components["schemas"]["RatioInput"] | null;
            /** @description Note for people. */
            remark?: string | null;
            /** @description Only at providers of this vendor. */
            vendor?: string | null;
        };
        /** @description A route to make. */
        NewRouteInput: {
            /** @description `true` by default. */
            enabled?: boolean | null;
            /** @description Public model name; `*` stands for any run of characters. */
            model_name: string;
            /**
             * Format: int64
             * @description The credential's by default.
             */
            priority?: number | null;
            /**
             * Format: int64
             * @description Credential to use.
             */
            provider_token_id: number;
            /** @description Name to send upstream; absent sends what was asked for. */
            upstream_model?: string | null;
            /**
             * Format: int64
             * @description The credential's by default.
             */
            weight?: number | null;
        };
        /** @description A token that was just made. */
        NewTokenView: components["schemas"]["TokenView"] & {
            /** @description The token, shown only now. */
            token: string;
        };
        /** @description A new user. */
        NewUserInput: {
            /** @description Whether the user pays for its calls; `false` by default. */
            billed?: boolean | null;
            /** @description Name shown to people; the login name by default. */
            display_name?: string | null;
            /** @description Mail address. */
            email?: string | null;
            /** @description Group, which must exist; `default` by default. */
            group?: string | null;
            limits?: components["schemas"]["LimitsView"] | null;
            /** @description 8 to 128 characters. */
            password: string;
            /**
             * Format: int32
             * @description 1 by default; must be below the caller's.
             */
            role?: number | null;
            /**
             * Format: int64
             * @description 1 enabled (default), 2 disabled.
             */
            status?: number | null;
            /** @description Login name. */
            username: string;
        };
        /**
         * @description No result: the request was carried out and there is nothing to say.
         * @default null
         */
        Nothing: unknown;
        /** @description Why a candidate could not be used. */
        ObstacleView: {
            /** @description For programs. */
            code: string;
            /** @description For people, in English. */
            text: string;
        };
        /** @description What came of a check-in at one provider. */
        OneView: {
            item: components["schemas"]["ItemView"];
            run: components["schemas"]["RunView"];
        };
        /** @description A value to save. */
        OptionInput: {
            /** @description Name of the setting. */
            key: string;
            /** @description Its value; booleans and numbers may be sent as such. */
            value: string;
        };
        /** @description A setting, its value, and what the value may be. */
        OptionView: components["schemas"]["FormView"] & {
            /** @description Value while nothing is saved. */
            default: string;
            /** @description What it does, in English. */
            explanation: string;
            /** @description What it does, in Chinese. */
            explanation_zh: string;
            /** @description What it is about: `site`, `accounts`, `routing`, `checkin`, `files`, `mail`, `notifications` or `backup`. */
            group: string;
            /** @description Whether this release reads it; otherwise it is kept for a feature to come. */
            in_use: boolean;
            /** @description Whether it is kept sealed and never shown. */
            is_secret: boolean;
            /** @description Whether something was saved. */
            is_set: boolean;
            /** @description Name. */
            key: string;
            /** @description Settings that must be filled in before this one is `true`. */
            needs: string[];
            /** @description Whether a saved value waits for the next start. */
            needs_restart: boolean;
            /** @description Value in force; always empty for secrets. */
            value: string;
        };
        /** @description A route with what it leads to. */
        OverviewRow: components["schemas"]["JudgedView"] & components["schemas"]["FactorsView"] & {
            /** @description Public name that the provider's aliases give this model; empty for none. */
            display_model_name: string;
            /**
             * Format: double
             * @description Share of the calls for this model at this priority, in percent; `null` for a route that is not used.
             */
            effective_share_percent?: number | null;
            enabled: boolean;
            /**
             * Format: double
             * @description Factor of the credential's group at the provider's site; `null` where the site states none.
             */
            group_ratio?: number | null;
            /** Format: int64 */
            id: number;
            model_name: string;
            /** @description `database` or `file`. */
            origin: string;
            /** Format: int64 */
            priority: number;
            /** Format: int64 */
            provider_id: number;
            provider_name: string;
            /**
             * Format: int64
             * @description 1 enabled, 2 disabled.
             */
            provider_status: number;
            /** Format: int64 */
            provider_token_id: number;
            token_group_name: string;
            token_name: string;
            /**
             * Format: int64
             * @description 1 enabled, 2 disabled.
             */
            token_status: number;
            /** @description Name to send upstream; `null` sends what was asked for. */
            upstream_model?: string | null;
            /** Format: int64 */
            weight: number;
        };
        /** @description One page of a list. */
        PageView_CallView: {
            /** @description Whether a page follows. */
            has_more: boolean;
            /** @description The rows. */
            items: {
                /**
                 * Format: int64
                 * @description Id of the key.
                 */
                aggregated_token_id: number;
                /** @description Number of attempts; with `aggregation=attempt` which one this is, counted from 1. */
                attempt_index: number;
                /** @description Every try, in order. */
                attempts: components["schemas"]["AttemptView"][];
                /** Format: int64 */
                cache_creation_1h_tokens: number;
                /** Format: int64 */
                cache_creation_5m_tokens: number;
                /**
                 * Format: int64
                 * @description Tokens written to the vendor's cache.
                 */
                cache_creation_tokens: number;
                /**
                 * Format: int64
                 * @description Tokens read from the vendor's cache.
                 */
                cache_tokens: number;
                /**
                 * Format: int64
                 * @description What the caller paid, micro-dollars; null when nobody was billed.
                 */
                charged_micros?: number | null;
                client_ip: string;
                /**
                 * Format: int64
                 * @description All tokens written, reasoning included.
                 */
                completion_tokens: number;
                /**
                 * Format: int64
                 * @description The same in millionths of a US dollar.
                 */
                cost_micros?: number | null;
                /**
                 * Format: double
                 * @description What the call cost the operator, US dollars; `null` when no price is known, and for the owners of billed calls, who
                 *     pay `charged_micros` instead.
                 */
                cost_usd?: number | null;
                /**
                 * Format: int64
                 * @description When the call began, Unix seconds.
                 */
                created_at: number;
                /**
                 * Format: int64
                 * @description When the call began, Unix milliseconds.
                 */
                created_at_ms: number;
                /** @description Dialect of the caller. */
                dialect: string;
                /** @description Stable code of the error that the client got; empty for none. */
                error_message: string;
                /** @description Kind of the error: `transport_error`, `upstream_error`, `invalid_response`, `read_error`, `refused`; empty for none. */
                failure_category: string;
                /**
                 * Format: int64
                 * @description From the request's arrival to the first byte of the answer's body; 0 for none.
                 */
                first_token_ms: number;
                /** @description The id that the client got as `x-sluice-call`. */
                id: string;
                is_stream: boolean;
                /** @description Model that answered, or that was asked for if none did. */
                model_name: string;
                /** @description What was asked for, such as `chat_completions`. */
                operation: string;
                /** @description `complete`, `abandoned`, `broken` or `refused`. */
                outcome: string;
                /**
                 * Format: int64
                 * @description All tokens read, cached ones included.
                 */
                prompt_tokens: number;
                /**
                 * Format: int64
                 * @description Provider that answered; `null` for none, and for users who may not see it.
                 */
                provider_id?: number | null;
                provider_name?: string | null;
                /**
                 * Format: int64
                 * @description Credential that was used for the answer.
                 */
                provider_token_id?: number | null;
                /** @description The same as `id`. */
                relay_request_id: string;
                /** @description The upstream's own id of the request; empty if it sent none. */
                request_id: string;
                /** @description Model that the name stands for; the same where it stands for itself. */
                request_model_canonical: string;
                /** @description Model asked for. */
                request_model_original: string;
                /** @description Model sent upstream; empty if nothing was sent. */
                request_model_resolved?: string | null;
                /**
                 * Format: int64
                 * @description From the request's arrival to the end.
                 */
                response_time_ms: number;
                /**
                 * Format: int64
                 * @description 1 when the client got an answer without an error, else 0.
                 */
                status: number;
                /**
                 * Format: int32
                 * @description HTTP status that the client got; 0 when it left before any.
                 */
                status_code: number;
                /**
                 * Format: int32
                 * @description HTTP status of the last attempt; 0 when none came.
                 */
                transport_status_code: number;
                /** @description What was consumed, in classes that do not overlap. */
                usage: components["schemas"]["UsageView"];
                /** @description `reported` by the upstream, `estimated` by Sluice, or `missing`. */
                usage_source: string;
                /** Format: int64 */
                user_id: number;
            }[];
            /** @description Send it as `cursor` to get the page that follows; `null` on the last page. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Number of this page, counted from 0.
             */
            p: number;
            /**
             * Format: int64
             * @description The same as `p`.
             */
            page: number;
            /**
             * Format: int64
             * @description Rows per page.
             */
            page_size: number;
            /**
             * Format: int64
             * @description Rows of all pages; `null` in lists that are paged by cursor.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description Pages in all; `null` like `total`.
             */
            total_pages?: number | null;
        };
        /** @description A call that could not be posted. */
        Parked: {
            /** @description Its id. */
            call: string;
            /** @description Why. */
            reason: string;
        };
        /**
         * @description How often a budget starts anew.
         * @enum {string}
         */
        PeriodInput: "total" | "day" | "week" | "month";
        /** @description A call that might be made. */
        PreviewInput: {
            /** @description The request; a short question where it is left out. */
            body?: Record<string, never> | null;
            /**
             * Format: int64
             * @description Id of the key that would call; left out, one that may do everything.
             */
            key?: number | null;
            /** @description Model asked for; that of `body` where it is left out. */
            model?: string | null;
            /** @description Path of the call. */
            path?: string;
            /** @description Rules that are not saved, to see what they would decide; left out, those in force. */
            rules?: Record<string, never>[] | null;
        };
        /** @description Where a call would go. */
        PreviewView: {
            /** @description The candidates, and why. */
            decision: components["schemas"]["DecisionView"];
            /** @description What is doubtful about the rules that were sent: providers that are not in use. */
            problems: string[];
            /** @description What the caller would be told instead of an answer; `null` where a provider would be tried. */
            refusal?: string | null;
        };
        /** @description A model's price. A service level that is not stated costs what the standard one does. */
        PriceBody: {
            batch?: components["schemas"]["ScheduleBody"] | null;
            flex?: components["schemas"]["ScheduleBody"] | null;
            priority?: components["schemas"]["ScheduleBody"] | null;
            /** @description What a call pays that asks for nothing else. */
            standard: components["schemas"]["ScheduleBody"];
        };
        /** @description What a provider publishes, and what it changed here. */
        PriceSyncView: {
            /** @description Models whose price is another now, or is gone. */
            changed: number;
            /** @description The first hundred of them. */
            left_out: components["schemas"]["LeftOutView"][];
            /** @description Models whose price was read. */
            models: number;
            /** @description Models that were left out. */
            skipped: number;
        };
        /** @description A price that is kept in the database. */
        PriceView: components["schemas"]["VersionView"] & {
            /**
             * Format: int64
             * @description When it was made, Unix seconds.
             */
            created_time: number;
            /** Format: int64 */
            id: number;
            /** @description `cost` (what the provider takes) or `sell` (what callers pay instead of cost times factors). */
            purpose: string;
            /** @description Note for people. */
            remark: string;
        };
        /** @description A model that a site offers. */
        PricingRow: {
            /**
             * Format: double
             * @description Output by input.
             */
            completion_ratio: number;
            /**
             * @description The groups that may use it, as JSON text; an empty list for all.
             * @example ["default"]
             */
            enable_groups: string;
            /** @description Its place in this list, from 1. */
            id: number;
            /**
             * Format: int64
             * @description When it was read, Unix seconds.
             */
            last_synced: number;
            model_name: string;
            /**
             * Format: double
             * @description Dollars per call.
             */
            model_price: number;
            /**
             * Format: double
             * @description Multiple of $2 per million input tokens.
             */
            model_ratio: number;
            /** Format: int64 */
            provider_id: number;
            /**
             * Format: int64
             * @description 0 by token, 1 by call.
             */
            quota_type: number;
            /** @description Kinds of endpoint, as JSON text. */
            supported_endpoint_types: string;
        };
        /** @description What a site offers. Old scripts read the groups beside `data`. */
        PricingView: {
            /** @description By model; empty before the first synchronisation. */
            data: components["schemas"]["PricingRow"][];
            /** @description The one that a key is made in unless it is said otherwise. */
            default_group: string;
            /** @description Factor by group. */
            group_ratio: {
                [key: string]: number;
            };
            /** @description Always empty. */
            message: string;
            /** @description Always `true`. */
            success: boolean;
            /** @description Path and method by kind of endpoint. */
            supported_endpoint: {
                [key: string]: Record<string, never>;
            };
            /** @description The groups that a key can be made in, cheapest first. */
            token_group_options: components["schemas"]["GroupOption"][];
            /** @description Name for people by group: those that the account may use. */
            usable_group: {
                [key: string]: string;
            };
        };
        /** @description What a provider serves, and what it did today. */
        ProviderActivityView: {
            /**
             * Format: int64
             * @description Calls that it answered today, by the server's clock.
             */
            calls_today: number;
            /**
             * Format: int64
             * @description Its credentials.
             */
            credential_count: number;
            /**
             * Format: int64
             * @description Those of them that are enabled.
             */
            enabled_credential_count: number;
            /**
             * Format: int64
             * @description Those of them whose client got an error.
             */
            failures_today: number;
            /**
             * Format: int64
             * @description Answers within the health window that said nothing, where answers are looked at.
             */
            invalid_answers: number;
            /**
             * Format: int64
             * @description Different models of its enabled routes.
             */
            model_count: number;
            /**
             * @description Why calls leave it alone for now: `failing`, `rate_limited`, `quota_exhausted`, `unauthorized` or `model_missing`;
             *     `null` where they do not.
             */
            resting_because?: string | null;
            /**
             * Format: int64
             * @description Until when; 0 where they do not.
             */
            resting_until: number;
            /**
             * Format: int64
             * @description What they cost the operator, micro-dollars.
             */
            spent_today_micros: number;
        };
        /** @description Calls of a provider. */
        ProviderCount: {
            /** Format: int64 */
            provider_id: number;
            /** @description Empty if it is gone. */
            provider_name: string;
            /** Format: int64 */
            request_count: number;
        };
        /** @description A provider to make, or a change of one: absent fields take the default, or stay. */
        ProviderInput: {
            /** @description System access token of a NewAPI site; empty keeps, `null` clears. */
            access_token?: string | null;
            /** @description Root URL; the vendor's own by default. */
            base_url?: string | null;
            /** @description Whether the daily check-in is wanted. */
            checkin_enabled?: boolean | null;
            /** @description Headers that every call to it carries, all at once; an empty value keeps the stored one. */
            headers?: {
                [key: string]: string;
            } | null;
            /**
             * Format: int64
             * @description Which provider to change; not looked at when one is made.
             */
            id?: number | null;
            /** @description First credential, when the provider is made. */
            key?: string | null;
            /** @description Public model name → name at this provider; an object, or its JSON as text. */
            model_alias_mapping?: {
                [key: string]: string;
            } | null;
            /** @description Unique. */
            name?: string | null;
            /** @description Values for the placeholders in the vendor's paths. */
            params?: {
                [key: string]: string;
            } | null;
            /**
             * Format: int64
             * @description Priority that new credentials and routes start with; 0 by default.
             */
            priority?: number | null;
            /** @description `false` removes the proxy. */
            proxy_enabled?: boolean | null;
            /** @description Proxy with `http`, `https` or `socks5`; empty keeps, `null` clears. */
            proxy_url?: string | null;
            /** @description Free text. */
            remark?: string | null;
            /** @description How its credentials take turns: `strategy` (default), `weighted`, `least_used`, `sticky` or `round_robin`. */
            rotation?: string | null;
            /**
             * Format: int64
             * @description 1 enabled (default), 2 disabled.
             */
            status?: number | null;
            timeouts?: components["schemas"]["TimeoutsView"] | null;
            /**
             * Format: int64
             * @description Value of the `New-Api-User` header, as number or text; 0 and `null` clear.
             */
            user_id?: number | null;
            /** @description Name of the vendor; guessed when a provider is made without one. */
            vendor?: string | null;
            /**
             * Format: int64
             * @description Weight that new credentials and routes start with; 10 by default.
             */
            weight?: number | null;
        };
        /** @description A provider. */
        ProviderView: components["schemas"]["StandingView"] & {
            /** @description Always empty: secrets are never shown. */
            access_token: string;
            /**
             * @description What is left on the account, US dollars; empty while that is not known.
             * @example $12.34
             */
            balance: string;
            /**
             * Format: int64
             * @description When the vendor said so, Unix seconds; 0 never.
             */
            balance_updated: number;
            /** @description Root URL. */
            base_url: string;
            /** @description Whether the daily check-in is wanted. */
            checkin_enabled: boolean;
            /**
             * Format: int64
             * @description When it was made, Unix seconds.
             */
            created_at: number;
            /** @description Whether a system access token is stored. */
            has_access_token: boolean;
            /** @description Headers that every call to it carries. Only names: the values, which may be secrets, are always empty. */
            headers: {
                [key: string]: string;
            };
            /** Format: int64 */
            id: number;
            /** @description Public model name → name at this provider. */
            model_alias_mapping: {
                [key: string]: string;
            };
            /** @description Unique. */
            name: string;
            /** @description `database`, or `file` for providers that the configuration file declares; those are read-only. */
            origin: string;
            /** @description Values for the placeholders in the vendor's paths. */
            params: {
                [key: string]: string;
            };
            /**
             * Format: int64
             * @description Priority that new credentials and routes start with; higher goes first.
             */
            priority: number;
            /** @description Whether it is reached through a proxy. */
            proxy_enabled: boolean;
            /** @description Always empty: it may hold a password. */
            proxy_url: string;
            /** @description Scheme, host and port of the proxy. */
            proxy_url_redacted: string;
            /** @description Free text. */
            remark: string;
            /**
             * @description How its credentials take turns: `strategy` (as routing orders them), `weighted`, `least_used`, `sticky` or
             *     `round_robin`.
             */
            rotation: string;
            /**
             * Format: int64
             * @description 1 enabled, 2 disabled.
             */
            status: number;
            /** @description Its own time-outs. */
            timeouts: components["schemas"]["TimeoutsView"];
            /**
             * Format: int64
             * @description Value of the `New-Api-User` header for management calls.
             */
            user_id?: number | null;
            /** @description Name of the vendor, see `/api/vendor/`. */
            vendor: string;
            /**
             * Format: int64
             * @description Weight that new credentials and routes start with.
             */
            weight: number;
        };
        /**
         * @description What a price is for.
         * @enum {string}
         */
        PurposeInput: "cost" | "sell";
        /** @description A model's ratios. Absent ratios are as the sites have them by default. */
        RatioInput: {
            /**
             * Format: double
             * @description Audio output by audio input.
             * @default null
             */
            audio_completion_ratio: number | null;
            /**
             * Format: double
             * @description Audio by text input.
             * @default null
             */
            audio_ratio: number | null;
            /**
             * Format: double
             * @description Cached by full input; 1 by default.
             * @default null
             */
            cache_ratio: number | null;
            /**
             * Format: double
             * @description Output by input; 1 by default.
             * @default null
             */
            completion_ratio: number | null;
            /**
             * Format: double
             * @description Cache write by full input; 1.25 by default.
             * @default null
             */
            create_cache_ratio: number | null;
            /**
             * Format: double
             * @description Factor of the group that the provider's credential is in; 1 by default.
             * @default null
             */
            group_ratio: number | null;
            /**
             * Format: double
             * @description Image by text input.
             * @default null
             */
            image_ratio: number | null;
            /**
             * Format: double
             * @description Dollars per call.
             * @default null
             */
            model_price: number | null;
            /**
             * Format: double
             * @description Multiple of $2 per million input tokens.
             * @default null
             */
            model_ratio: number | null;
            /**
             * Format: int64
             * @description 1: the price is per call; 0 (default): by ratios.
             * @default null
             */
            quota_type: number | null;
        };
        /** @description What a price was multiplied by, as decimal numbers. */
        ReceiptFactorsView: {
            /** @description Of the caller's group. */
            group: string;
            /** @description Of the key. */
            key: string;
            /** @description Of the request: size, quality or length. */
            request: string;
        };
        /** @description The price that a sum was computed at. */
        ReceiptPriceView: {
            /**
             * Format: int64
             * @description From when it holds, Unix milliseconds; 0 for always.
             */
            effective_from_ms: number;
            /** @description Version, made from the price's content. */
            id: string;
            /** @description Model, or pattern, that it is stated for; `null` where it would say who served the call. */
            model?: string | null;
            /** @description Where it holds; `null` where it would say who served the call. */
            scope?: string | null;
            /** @description `operator`, `provider` or `builtin`. */
            source: string;
        };
        /** @description What a call cost and what its caller paid, with every part of the computation, and whether it is right. */
        ReceiptView: {
            /** @description Id of the call. */
            call: string;
            charge?: components["schemas"]["SumView"] | null;
            cost?: components["schemas"]["SumView"] | null;
            /**
             * Format: int64
             * @description When the call began, Unix seconds.
             */
            created_at: number;
            /**
             * Format: int64
             * @description When the call began, Unix milliseconds.
             */
            created_at_ms: number;
            /** @description What is wrong; empty unless the verdict is `differs`. */
            findings: components["schemas"]["RemarkView"][];
            /**
             * Format: int64
             * @description What was reserved for the call when it ended.
             */
            held_micros?: number | null;
            /** @description Model asked for; `null` when the record is gone. */
            model?: string | null;
            /** @description What else there is to know. */
            notes: components["schemas"]["RemarkView"][];
            /** @description What was booked about the call: its charge, and what was given back or corrected since. */
            transfers: components["schemas"]["BookedView"][];
            /** @description `reported` by the upstream, `estimated` by Sluice, or `missing`; `null` when the record is gone. */
            usage_source?: string | null;
            /**
             * @description `equal`: computed again, everything comes out as it is on record. `differs`: something does not.
             *     `nothing_to_recompute`: there is no sum, for the reason in `notes`.
             */
            verdict: string;
        };
        /** @description A charge to give back. Fields that are not known are refused. */
        RefundInput: {
            /**
             * Format: int64
             * @description How much, in micro-dollars; all that is left of the charge when absent.
             */
            amount_micros?: number | null;
            /** @description Id of the call. */
            call: string;
            /** @description Note for people, at most 255 characters. The account's holder can read it. */
            memo?: string | null;
        };
        /** @description A new account. */
        RegisterInput: {
            /** @description Name shown to people; the login name by default. */
            display_name?: string | null;
            /** @description Mail address; not verified. */
            email?: string | null;
            /** @description 8 to 128 characters. */
            password: string;
            /** @description Login name. */
            username: string;
        };
        /** @description Something to know. */
        RemarkView: {
            /** @description For programs. */
            code: string;
            /** @description For people, in English. */
            text: string;
        };
        /** @description How a key is rotated. */
        RotationInput: {
            /**
             * Format: int64
             * @description How long the present secret works too, seconds: a day by default, at most thirty; 0 ends it at once.
             */
            grace_secs?: number | null;
        };
        /** @description A change of a route; absent and `null` fields stay, except that a `null` `upstream_model` clears. */
        RouteInput: {
            enabled?: boolean | null;
            /** @description Public model name; `*` stands for any run of characters. */
            model_name?: string | null;
            /**
             * Format: int64
             * @description Higher goes first.
             */
            priority?: number | null;
            /** @description Name to send upstream; empty and `null` send what was asked for. */
            upstream_model?: string | null;
            /**
             * Format: int64
             * @description Share inside its priority.
             */
            weight?: number | null;
        };
        /** @description A route. */
        RouteView: {
            enabled: boolean;
            /** Format: int64 */
            id: number;
            /** @description Whether it was made by hand; otherwise it follows the upstream's list of models. */
            manual: boolean;
            /** @description Public model name; `*` stands for any run of characters. */
            model_name: string;
            /** @description `database`, or `file` for routes that the configuration file declares; those are read-only. */
            origin: string;
            /**
             * Format: int64
             * @description Higher goes first.
             */
            priority: number;
            /**
             * Format: int64
             * @description Provider that serves it.
             */
            provider_id: number;
            /**
             * Format: int64
             * @description Credential that is used.
             */
            provider_token_id: number;
            /** @description Name to send upstream; `null` sends what was asked for. */
            upstream_model?: string | null;
            /**
             * Format: int64
             * @description Share inside its priority.
             */
            weight: number;
        };
        /** @description A public name that stands for others. */
        RoutingAlias: {
            /** @description The name callers use. */
            name: string;
            /** @description What it stands for. With several, one is drawn by weight and the others follow if it fails. */
            targets: components["schemas"]["RoutingTarget"][];
        };
        /** @description A provider that a rule chooses. */
        RoutingChoice: {
            /** @description Name to send; by default what its routes say, else what was asked for. */
            model?: string | null;
            /** @description Its name. */
            provider: string;
        };
        /** @description Numbers of the value score. */
        RoutingFactors: {
            /**
             * Format: double
             * @description Part of a contribution that does not depend on the value score, 0 to 10.
             */
            base_weight?: number | null;
            /**
             * Format: double
             * @description How hard failures are punished, 0 to 20.
             */
            failure_penalty?: number | null;
            /** @description Whether failures and latency count. */
            health?: boolean | null;
            /**
             * Format: double
             * @description Most that health multiplies by, 0 to 10.
             */
            health_max?: number | null;
            /**
             * Format: double
             * @description Least that health multiplies by, 0 to 10.
             */
            health_min?: number | null;
            /**
             * Format: int32
             * @description Attempts below which health is not judged, 1 to 1000.
             */
            health_min_samples?: number | null;
            /**
             * Format: double
             * @description How much success is rewarded, 0 to 2.
             */
            health_reward?: number | null;
            /**
             * Format: int32
             * @description How far back they count, 1 to 720 hours.
             */
            health_window_hours?: number | null;
            /**
             * Format: int32
             * @description How far back spending counts, 1 to 720 hours.
             */
            usage_window_hours?: number | null;
            /**
             * Format: double
             * @description Part that does, 0 to 10.
             */
            value_score?: number | null;
        };
        /** @description What differs for the models of a pattern. */
        RoutingModel: {
            limits?: components["schemas"]["LimitsView"] | null;
            /** @description Name, or a pattern with `*`. */
            model: string;
            /** @description How its candidates are ordered. */
            strategy?: ("value" | "cheapest" | "fastest" | "least_busy" | "weighted" | "quota_first" | "round_robin" | "by_call" | "listed") | null;
        };
        /** @description All that is said about routing; what is left out is at its default. */
        RoutingPolicy: {
            /** @description Public names that stand for others. */
            aliases?: components["schemas"]["RoutingAlias"][] | null;
            /** @description Name of the provider that gets calls for models that nobody else serves. */
            default_provider?: string | null;
            factors?: components["schemas"]["RoutingFactors"] | null;
            /** @description What differs for some models; the first pattern that matches counts. */
            models?: components["schemas"]["RoutingModel"][] | null;
            /** @description Tried in order; the first whose condition holds decides. */
            rules?: components["schemas"]["RoutingRule"][] | null;
            /** @description How candidates of the same priority are ordered where neither key nor model says. */
            strategy?: ("value" | "cheapest" | "fastest" | "least_busy" | "weighted" | "quota_first" | "round_robin" | "by_call" | "listed") | null;
            /** @description Whether an empty or meaningless answer counts as a failure. */
            validity?: ("off" | "observe" | "enforce") | null;
        };
        /** @description An expression that overrides the choice for the calls that it holds for. */
        RoutingRule: {
            /** @description The model that counts as asked for then. */
            model?: string | null;
            /** @description Models it is about, names or patterns; empty for all. */
            models?: string[] | null;
            /** @description Name shown where a call is explained; empty takes its number. */
            name?: string | null;
            /** @description The only candidates then, in this order. */
            providers?: components["schemas"]["RoutingChoice"][] | null;
            /** @description How candidates are ordered then. */
            strategy?: ("value" | "cheapest" | "fastest" | "least_busy" | "weighted" | "quota_first" | "round_robin" | "by_call" | "listed") | null;
            /**
             * @description Condition in the expr language.
             * @example TokenCount > 100000
             */
            when: string;
        };
        /** @description A model that an alias stands for. */
        RoutingTarget: {
            /** @description A model's name, also `provider/model`. */
            model: string;
            /**
             * Format: int32
             * @description Share among the targets; 1 by default.
             */
            weight?: number | null;
        };
        /** @description What came of one rule. */
        RuleView: {
            /** @description Whether it is about the sample's model. */
            concerns: boolean;
            /** @description What is wrong with it, and where; `null` for nothing. */
            error?: string | null;
            /** @description Whether its condition holds; `null` where it does not compile or fails. */
            holds?: boolean | null;
            name: string;
        };
        /** @description A run of check-ins. */
        RunView: {
            /**
             * Format: int64
             * @description The same as `started_at`.
             */
            created_at: number;
            /**
             * Format: int64
             * @description When it ended, Unix seconds; 0 while it runs.
             */
            ended_at: number;
            /**
             * Format: int64
             * @description Of those, providers that do not.
             */
            failure_count: number;
            /**
             * Format: int64
             * @description 0 where there was nothing to do, so that no run was made.
             */
            id: number;
            /** @description The same in words. */
            message: string;
            /** @description The day, `YYYY-MM-DD`. */
            scheduled_date: string;
            /**
             * Format: int64
             * @description When it began, Unix seconds.
             */
            started_at: number;
            /** @description `running`, `success`, `partial` (some failed) or `failed` (the only one did). */
            status: string;
            /**
             * Format: int64
             * @description Of those, providers that count the day.
             */
            success_count: number;
            /** @description Time zone that its day goes by. */
            timezone: string;
            /**
             * Format: int64
             * @description Providers that it was for.
             */
            total_count: number;
            /** @description `cron`, `manual` (all that were missing) or `manual-provider` (one). */
            trigger_type: string;
            /**
             * Format: int64
             * @description Providers that were still missing at its end, whatever it was for.
             */
            uncheckin_count: number;
        };
        /** @description A made-up call to try rules on. */
        Sample: {
            /** @description The request. */
            body?: Record<string, never>;
            /**
             * Format: int64
             * @description What the key can still spend, micro-dollars; left out, nothing limits it.
             * @default null
             */
            budget_left: number | null;
            /**
             * @description The owner's group.
             * @default default
             */
            group: string;
            /**
             * @description Headers of the call.
             * @default {}
             */
            headers: {
                [key: string]: string;
            };
            /**
             * @description Name of the key.
             * @default
             */
            key: string;
            /**
             * @description Model asked for.
             * @default
             */
            model: string;
            /**
             * @description Path of the call.
             * @default /v1/chat/completions
             */
            path: string;
            /**
             * Format: int64
             * @description Tokens of the request; counted from `body` if left out.
             * @default null
             */
            token_count: number | null;
            /**
             * Format: int64
             * @description Id of its owner.
             * @default 0
             */
            user: number;
        };
        /** @description The rates of one service level. */
        ScheduleBody: {
            /**
             * @description Micro-dollars per million of each class: `input`, `cache_read`, `cache_write_5m`, `cache_write_1h`,
             *     `input_audio`, `input_image`, `output`, `reasoning`, `output_audio`, `output_image` (tokens), `call`, `second`,
             *     `image`. A class of tokens that is not stated costs what `input` or `output` does.
             * @default {}
             * @example {
             *       "input": 2500000,
             *       "output": 10000000
             *     }
             */
            base: {
                [key: string]: number;
            };
            /**
             * @description Rates of long requests.
             * @default []
             */
            tiers: components["schemas"]["TierBody"][];
        };
        /**
         * @description Whose spending a budget limits.
         * @enum {string}
         */
        ScopeInput: "key" | "user";
        /** @description A change of one's own account; absent and empty fields stay. */
        SelfInput: {
            /** @description Name shown to people. */
            display_name?: string | null;
            /** @description Mail address. */
            email?: string | null;
            /** @description Present password; needed to set a new one. */
            original_password?: string | null;
            /** @description New password, 8 to 128 characters; only in a session. */
            password?: string | null;
            /** @description Login name. */
            username?: string | null;
        };
        /** @description A session. */
        SessionView: {
            /** @description Where the login came from; may be empty. */
            client_ip: string;
            /**
             * Format: int64
             * @description When the login was, Unix seconds.
             */
            created_time: number;
            /**
             * Format: int64
             * @description When it ends, Unix seconds.
             */
            expired_time: number;
            /** @description Names it; nothing can be done with it but to end the session. */
            id: string;
            /** @description Whether it is the one that asks. */
            is_current: boolean;
            /**
             * Format: int64
             * @description When it was last used, Unix seconds, to a few minutes.
             */
            seen_time: number;
            /** @description What the browser called itself. */
            user_agent: string;
        };
        /** @description The first administrator. */
        SetupInput: {
            /** @description Name shown to people; the login name by default. */
            display_name?: string | null;
            /** @description 8 to 128 characters. */
            password: string;
            /** @description The token from the link that Sluice printed when it started. */
            token: string;
            /** @description Login name. */
            username: string;
        };
        /** @description Whether set-up is still to be done. */
        SetupView: {
            /** @description Whether there is no root user yet. */
            needed: boolean;
        };
        /** @description How a provider's site answers. */
        StandingView: components["schemas"]["ProviderActivityView"] & components["schemas"]["LastCheckin"] & {
            /** @description `unknown` (never read), `fresh` (not older than a day) or `stale`. */
            balance_freshness: string;
            /** @description Whether it counts as away now. */
            health_blocked: boolean;
            /**
             * Format: int64
             * @description When it was last seen whether it can be reached, Unix seconds; 0 never. The same goes for all times here.
             */
            health_check_at: number;
            /**
             * Format: int64
             * @description Until then it counts as away.
             */
            health_cooldown_until: number;
            /**
             * Format: int64
             * @description 0 as well once it can be reached again.
             */
            health_failure_at: number;
            /** @description Why the last synchronisation failed, wholly or in part, in English. */
            health_failure_reason: string;
            /** @description The same in Chinese. */
            health_failure_reason_zh: string;
            /** @description `unknown`, `healthy` or `unreachable`. */
            health_status: string;
            /** Format: int64 */
            health_success_at: number;
            /**
             * Format: int64
             * @description When it was last synchronised.
             */
            last_synced: number;
            /** @description Whether its keys, prices and balance are kept current by its system access token. */
            managed: boolean;
            /** @description Any of `balance_stale` and `site_unavailable`. */
            route_block_reasons: string[];
            /** @description Whether nothing is known against sending calls to it; whether it is enabled does not count. */
            route_eligible: boolean;
        };
        /** @description The state of the installation. */
        StatusView: {
            /** @description Always `false`: addresses are not verified. */
            email_verification: boolean;
            /** @description Text at the foot of each page. */
            footer_html: string;
            /** @description Always empty. */
            github_client_id: string;
            /** @description Always `false`. */
            github_oauth: boolean;
            /** @description Link of the name. */
            home_page_link: string;
            /** @description Whether anybody may make an account. */
            register_enabled: boolean;
            /** @description Address under which people reach this installation. */
            server_address: string;
            /** @description Whether the first administrator is still to be made. */
            setup_needed: boolean;
            /**
             * Format: int64
             * @description When this node started, Unix seconds.
             */
            start_time: number;
            /** @description Name of this installation. */
            system_name: string;
            /** @description Always `false`. */
            turnstile_check: boolean;
            /** @description Always empty. */
            turnstile_site_key: string;
            /** @description Version of Sluice. */
            version: string;
            /** @description Always `false`. */
            wechat_login: boolean;
            /** @description Always empty. */
            wechat_qrcode: string;
        };
        /** @description A step of a synchronisation. */
        StepView: {
            /** @description How many changes it made here. */
            changed: number;
            /** @description How many things it found. */
            found: number;
            /** @description Why it failed. */
            message: string;
            /** @description `site`, `balance`, `offer` (models and groups), `keys`, `prices` or `routes`. */
            step: string;
            /** @description Whether it succeeded; one that failed changed nothing. */
            success: boolean;
        };
        /** @description A sum with its parts. */
        SumView: {
            /**
             * Format: int64
             * @description What comes out now; `null` when nothing can be computed.
             */
            computed_micros?: number | null;
            factors?: components["schemas"]["ReceiptFactorsView"] | null;
            /** @description The whole computation. */
            formula?: string | null;
            /** @description Every class that was counted. */
            lines: components["schemas"]["LineView"][];
            price?: components["schemas"]["ReceiptPriceView"] | null;
            /**
             * Format: int64
             * @description What is on record; `null` for unknown.
             */
            recorded_micros?: number | null;
            /** @description How the sum was rounded. */
            rounding?: string | null;
            /** @description Service level that the upstream gave: `standard`, `batch`, `flex` or `priority`. */
            service?: string | null;
            /**
             * Format: int64
             * @description Threshold of the context tier that applied: so many tokens were exceeded.
             */
            tier_above?: number | null;
        };
        /** @description Numbers about all providers. */
        SummaryView: {
            /** @description Accounts whose balance is known. */
            balance_account_count: number;
            balance_fresh_count: number;
            /** @description Accounts whose balance is not known. */
            balance_missing_count: number;
            balance_never_updated_count: number;
            balance_stale_count: number;
            /** @description The same, such as `$12.34`. */
            balance_total: string;
            /**
             * Format: double
             * @description What is left on all accounts together, US dollars; accounts in debt count as empty.
             * @example 12.34
             */
            balance_total_usd: number;
            enabled_providers: number;
            /**
             * Format: int64
             * @description How long a balance is fresh.
             */
            freshness_window_hours: number;
            /** @description Providers that are reached through a proxy. */
            proxy_enabled_providers: number;
            total_credentials: number;
            total_providers: number;
            total_routes: number;
            /** @description Providers whose site counts as away now. */
            unreachable_providers: number;
        };
        /** @description What a synchronisation found and changed. */
        SyncView: {
            /** @description For each enabled credential of a provider without a system access token: what it may use. */
            credentials: components["schemas"]["CredentialDiscovery"][];
            /** @description The steps that were taken, in order. A provider without a system access token has none. */
            steps: components["schemas"]["StepView"][];
        };
        /** @description Rules and a call to try them on. */
        TestInput: {
            /** @description The rules; left out, those in force. */
            rules?: Record<string, never>[] | null;
            /** @description The call. */
            sample: components["schemas"]["Sample"];
        };
        /** @description What came of the rules. */
        TestView: {
            /** @description Name of the rule that decides; `null` for none. */
            decides?: string | null;
            /** @description Every rule, in order. */
            rules: components["schemas"]["RuleView"][];
        };
        /** @description Rates that hold for the whole request once it reads more than so many tokens. */
        TierBody: {
            /**
             * Format: int64
             * @description Reached when all tokens read, cached ones included, are more than this.
             */
            above: number;
            /** @description What differs from there on. */
            rates: {
                [key: string]: number;
            };
        };
        /** @description A provider's own time-outs in milliseconds; `null` takes the general setting. */
        TimeoutsView: {
            /**
             * Format: int64
             * @description To connect, TLS included.
             * @default null
             */
            connect_ms: number | null;
            /**
             * Format: int64
             * @description From the request's last byte to the first byte of the answer's body.
             * @default null
             */
            first_byte_ms: number | null;
            /**
             * Format: int64
             * @description Between two pieces of an answer.
             * @default null
             */
            idle_ms: number | null;
            /**
             * Format: int64
             * @description For the whole attempt.
             * @default null
             */
            total_ms: number | null;
        };
        /** @description A token to make. */
        TokenInput: {
            /**
             * Format: int64
             * @description Refused from this time on, Unix seconds; -1 never (default).
             */
            expired_time?: number | null;
            /** @description What it is for, 1 to 100 characters. */
            name: string;
        };
        /** @description A personal access token, without the token itself. */
        TokenView: {
            /**
             * Format: int64
             * @description When it was made, Unix seconds.
             */
            created_time: number;
            /**
             * Format: int64
             * @description Refused from this time on, Unix seconds; -1 never.
             */
            expired_time: number;
            /** Format: int64 */
            id: number;
            /** @description What it is for. */
            name: string;
            /**
             * Format: int64
             * @description When it was last used, Unix seconds, to a few minutes; 0 never.
             */
            used_time: number;
        };
        /** @description A move of money from one account to another. */
        TransferView: {
            /** @description Who ordered it: `user:ID`, `node:ID` or `system`. */
            actor: string;
            /**
             * Format: int64
             * @description How much; more than 0.
             */
            amount_micros: number;
            /** @description Call that it is about; `null` for none. */
            call?: string | null;
            /**
             * Format: int64
             * @description When it was ordered, Unix seconds.
             */
            created_time: number;
            /**
             * Format: int64
             * @description When it was ordered, Unix milliseconds.
             */
            created_time_ms: number;
            /**
             * Format: int64
             * @description Account whose balance rose.
             */
            credit_account: number;
            /** @description Stands for everything in the credited account's chain up to here. */
            credit_hash: string;
            /**
             * Format: int64
             * @description Place in the credited account's chain.
             */
            credit_seq: number;
            /**
             * Format: int64
             * @description Account whose balance fell.
             */
            debit_account: number;
            /** @description Stands for everything in the debited account's chain up to here. */
            debit_hash: string;
            /**
             * Format: int64
             * @description Place in the debited account's chain.
             */
            debit_seq: number;
            /** @description UUID; that of a charge is the id of its call. */
            id: string;
            /** @description `top_up`, `charge`, `refund`, `grant`, `correction` or `expiry`. */
            kind: string;
            /** @description Note for people. */
            memo: string;
        };
        /** @description What to try; everything has a default. */
        TrialInput: {
            /**
             * @description What is said to the model; `hi`.
             * @default null
             */
            message: string | null;
            /**
             * @description A model; the route's, or the first that has a route.
             * @default null
             */
            model: string | null;
            /**
             * Format: int64
             * @description A credential of the provider; the route's, or the first that can be used.
             * @default null
             */
            provider_token_id: number | null;
            /**
             * Format: int64
             * @description A route of the provider.
             * @default null
             */
            route_id: number | null;
        };
        /** @description A model without a price at one provider. */
        UnpricedView: {
            /**
             * @description Whether it is the pattern of a route with wildcards: names that it lets through have a price only if one is stated
             *     for themselves.
             */
            is_pattern: boolean;
            /**
             * Format: int64
             * @description When the last hour with such a call began, Unix seconds; `null` when there was none.
             */
            last_used_at?: number | null;
            /** @description Name of the model at the provider, or a pattern of names: state a price for it. */
            model: string;
            /** Format: int64 */
            provider_id: number;
            provider_name: string;
            /** @description Names under which callers reach it. */
            routes: string[];
            /**
             * Format: int64
             * @description Calls of the last 30 days that used it without a price.
             */
            unpriced_calls: number;
        };
        /** @description What was used. */
        UsageAmountsView: {
            /**
             * Format: int64
             * @description Calls whose client left before the end.
             */
            abandoned: number;
            /**
             * Format: int64
             * @description Tokens read from vendors' prompt caches.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description What reading from prompt caches saved of `cost_micros`, as far as the prices are known.
             */
            cache_saved_micros: number;
            /**
             * Format: int64
             * @description Tokens written to vendors' prompt caches.
             */
            cache_write_tokens: number;
            /** Format: int64 */
            calls: number;
            /**
             * Format: int64
             * @description What callers paid, micro-dollars.
             */
            charged_micros: number;
            /**
             * Format: int64
             * @description What the calls cost the operator, micro-dollars; on one's own pages what one paid.
             */
            cost_micros: number;
            /**
             * Format: int64
             * @description Calls whose client got an error.
             */
            failures: number;
            /**
             * Format: int64
             * @description Images made.
             */
            images: number;
            /**
             * Format: int64
             * @description All tokens read, cached ones included.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description All tokens written, reasoning included.
             */
            output_tokens: number;
            /** Format: int64 */
            reasoning_tokens: number;
            /**
             * Format: double
             * @description Share of the others, per cent; `null` without calls.
             */
            success_rate?: number | null;
            /**
             * Format: int64
             * @description Calls that used something that has no price.
             */
            unpriced: number;
        };
        /** @description One hour or day of a part. */
        UsagePartPointView: {
            /** Format: int64 */
            calls: number;
            /**
             * Format: int64
             * @description As `cost_micros` of the whole.
             */
            cost_micros: number;
            /**
             * Format: int64
             * @description When it begins, Unix seconds.
             */
            start: number;
            /**
             * Format: int64
             * @description Tokens read and written.
             */
            tokens: number;
        };
        /** @description The part of one model, provider, key or user. */
        UsagePartView: {
            /**
             * Format: int64
             * @description Id of the provider, key or user; `null` for models, and for calls that no provider answered.
             */
            id?: number | null;
            /** @description What people call it; `null` for what is gone. */
            name?: string | null;
            /** @description The hours or days with calls, oldest first. */
            points: components["schemas"]["UsagePartPointView"][];
            /** @description All of the time before. */
            previous: components["schemas"]["UsageAmountsView"];
            /** @description How long it took. */
            speed: components["schemas"]["UsageSpeedView"];
            /** @description All of it. */
            total: components["schemas"]["UsageAmountsView"];
        };
        /** @description One hour or day. */
        UsagePointView: components["schemas"]["UsageAmountsView"] & components["schemas"]["UsageSpeedView"] & {
            /**
             * Format: int64
             * @description When it begins, Unix seconds.
             */
            start: number;
        };
        /** @description What was used in a time, and in the time before. */
        UsageReportView: {
            /**
             * Format: int64
             * @description When the time begins, Unix seconds.
             */
            from: number;
            /** @description The parts with most calls; empty where it is not split. */
            parts: components["schemas"]["UsagePartView"][];
            /** @description Every hour or day, also those without calls, oldest first. */
            points: components["schemas"]["UsagePointView"][];
            /** @description All of the time before. */
            previous: components["schemas"]["UsageAmountsView"];
            /**
             * Format: int64
             * @description When the time before begins: as long, and ending at the same time of the day.
             */
            previous_from: number;
            /** @description How long it took then. */
            previous_speed: components["schemas"]["UsageSpeedView"];
            /**
             * Format: int64
             * @description When it ends.
             */
            previous_to: number;
            /** @description How long it took. */
            speed: components["schemas"]["UsageSpeedView"];
            /** @description How long each point is: `hour` or `day`. */
            step: string;
            /**
             * Format: int64
             * @description When it ends.
             */
            to: number;
            /** @description All of it. */
            total: components["schemas"]["UsageAmountsView"];
        };
        /**
         * @description How long calls took, milliseconds; `null` where none did. Half of the calls, and 95 of 100, were as fast or faster,
         *     about: the truth lies in the same class of a histogram, each of which ends at twice the end of the one before.
         */
        UsageSpeedView: {
            /**
             * Format: int64
             * @description From the requests' arrival to the end of their answers.
             */
            duration_p50_ms?: number | null;
            /** Format: int64 */
            duration_p95_ms?: number | null;
            /**
             * Format: int64
             * @description From the requests' arrival to their first tokens.
             */
            first_token_p50_ms?: number | null;
            /** Format: int64 */
            first_token_p95_ms?: number | null;
        };
        /** @description Token counts by class, and what is counted otherwise. */
        UsageView: {
            /** Format: int64 */
            cache_read: number;
            /** Format: int64 */
            cache_write_1h: number;
            /** Format: int64 */
            cache_write_5m: number;
            /** Format: int64 */
            calls: number;
            /** Format: int64 */
            duration_ms: number;
            /** Format: int64 */
            images: number;
            /** Format: int64 */
            input: number;
            /** Format: int64 */
            input_audio: number;
            /** Format: int64 */
            input_image: number;
            /** Format: int64 */
            output: number;
            /** Format: int64 */
            output_audio: number;
            /** Format: int64 */
            output_image: number;
            /** Format: int64 */
            reasoning: number;
        };
        /** @description A change of a user; absent fields stay, and so do an empty name and password. */
        UserInput: {
            /** @description Whether the user pays for its calls. */
            billed?: boolean | null;
            /** @description Name shown to people. */
            display_name?: string | null;
            /** @description Mail address. */
            email?: string | null;
            /** @description Group, which must exist. */
            group?: string | null;
            /**
             * Format: int64
             * @description Who.
             */
            id: number;
            limits?: components["schemas"]["LimitsView"] | null;
            /** @description New password; ends all sessions of the user. Only in a session. */
            password?: string | null;
            /**
             * Format: int32
             * @description Must be below the caller's.
             */
            role?: number | null;
            /**
             * Format: int64
             * @description 1 enabled, 2 disabled.
             */
            status?: number | null;
            /** @description Login name. */
            username?: string | null;
        };
        /** @description A user. */
        UserView: components["schemas"]["HiddenView"] & {
            /** @description Whether the user pays for its calls from its own balance; otherwise the operator does. */
            billed: boolean;
            /**
             * Format: int64
             * @description When the user was made, Unix seconds.
             */
            created_at: number;
            /** @description Name shown to people. */
            display_name: string;
            /** @description Mail address, may be empty. */
            email: string;
            /** @description Group, whose factor prices are multiplied by. */
            group: string;
            /** Format: int64 */
            id: number;
            /** @description How much all its keys together may ask for. */
            limits: components["schemas"]["LimitsView"];
            /**
             * Format: int32
             * @description 0 guest, 1 common, 10 admin, 100 root.
             */
            role: number;
            /**
             * Format: int64
             * @description 1 enabled, 2 disabled.
             */
            status: number;
            /** @description Login name. */
            username: string;
        };
        /** @description A kind of upstream. */
        VendorView: {
            /** @description Root URL; `null` when the operator must give it. */
            base_url?: string | null;
            /** @description Where the vendor documents its API. */
            docs: string;
            /** @description Unique name, as providers refer to it. */
            name: string;
            /** @description What it can do. */
            operations: string[];
            /** @description Placeholders in its paths with their default values. */
            params: {
                [key: string]: string;
            };
            /** @description Name shown to people, by language (`en`, `zh`). */
            title: {
                [key: string]: string;
            };
        };
        /** @description What a verification found. */
        VerificationView: {
            /**
             * Format: int64
             * @description Accounts looked at.
             */
            accounts: number;
            /**
             * Format: int64
             * @description Records of charged calls compared with transfers.
             */
            calls: number;
            /** @description What does not add up, the first thousand. */
            deviations: components["schemas"]["DeviationView"][];
            /** @description Whether everything adds up. */
            is_clean: boolean;
            /**
             * Format: int64
             * @description Links of chains followed; each transfer has two.
             */
            links: number;
            /**
             * Format: int64
             * @description How many more there are.
             */
            more_deviations: number;
            /**
             * Format: int64
             * @description Transfers compared with records of calls.
             */
            transfers: number;
        };
        /** @description A price, and for whom it holds, by whom and from when. */
        VersionView: {
            /** @description Whether the data sets that the built-in catalogue is made from contradict each other. */
            disputed: boolean;
            /**
             * Format: int64
             * @description It holds from then on, Unix seconds.
             */
            effective_from: number;
            /** @description The group at the provider, where the scope is one. */
            group_name?: string | null;
            /** @description Model name; `*` stands for any run of characters. */
            model: string;
            price: components["schemas"]["PriceBody"];
            /**
             * Format: int64
             * @description The provider, where the scope is one.
             */
            provider_id?: number | null;
            /** @description `any` provider, one `provider`, the credentials of a provider in one `group`, or every provider of a `vendor`. */
            scope: string;
            /**
             * @description `operator` (stated here), `provider` (published by the provider) or `builtin`. The first one that has a price for
             *     the model is believed.
             */
            source: string;
            /** @description The vendor, where the scope is one. */
            vendor?: string | null;
            /** @description Names exactly this price; receipts have it. */
            version: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    read_about: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_accounts: {
        parameters: {
            query?: {
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Only this kind: `user`, `key`, `organisation`, `revenue`, `cash`, `cost` or `budget`. */
                kind?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_AccountView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_own_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_AccountView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_own_transfers: {
        parameters: {
            query?: {
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_EntryView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_AccountView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    correct: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Chosen by the client, 1 to 255 printable ASCII characters. The same key with the same input is carried out once
                 *     and answered with the first outcome and the header `idempotent-replayed: true`; with other input it is refused.
                 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the account. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CorrectionInput"];
            };
        };
        responses: {
            /** @description The transfer. */
            200: {
                headers: {
                    /** @description `true` for an earlier request's outcome. */
                    "idempotent-replayed"?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_TransferView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    expire: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Chosen by the client, 1 to 255 printable ASCII characters. The same key with the same input is carried out once
                 *     and answered with the first outcome and the header `idempotent-replayed: true`; with other input it is refused.
                 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the account. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AmountInput"];
            };
        };
        responses: {
            /** @description The transfer. */
            200: {
                headers: {
                    /** @description `true` for an earlier request's outcome. */
                    "idempotent-replayed"?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_TransferView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    grant: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Chosen by the client, 1 to 255 printable ASCII characters. The same key with the same input is carried out once
                 *     and answered with the first outcome and the header `idempotent-replayed: true`; with other input it is refused.
                 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the account. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AmountInput"];
            };
        };
        responses: {
            /** @description The transfer. */
            200: {
                headers: {
                    /** @description `true` for an earlier request's outcome. */
                    "idempotent-replayed"?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_TransferView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    refund: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Chosen by the client, 1 to 255 printable ASCII characters. The same key with the same input is carried out once
                 *     and answered with the first outcome and the header `idempotent-replayed: true`; with other input it is refused.
                 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the account. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefundInput"];
            };
        };
        responses: {
            /** @description The transfer. */
            200: {
                headers: {
                    /** @description `true` for an earlier request's outcome. */
                    "idempotent-replayed"?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_TransferView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    top_up: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Chosen by the client, 1 to 255 printable ASCII characters. The same key with the same input is carried out once
                 *     and answered with the first outcome and the header `idempotent-replayed: true`; with other input it is refused.
                 */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the account. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AmountInput"];
            };
        };
        responses: {
            /** @description The transfer. */
            200: {
                headers: {
                    /** @description `true` for an earlier request's outcome. */
                    "idempotent-replayed"?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_TransferView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_transfers: {
        parameters: {
            query?: {
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Id of the account. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_EntryView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_keys: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description `1` or `true`: the keys of all users; administrators only. */
                all?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_KeyView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyInput"];
            };
        };
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_KeyView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyInput"];
            };
        };
        responses: {
            /** @description The key itself, shown only now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeKey"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    change_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkInput"];
            };
        };
        responses: {
            /** @description What was done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BulkView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_KeyView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_account_of_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the key. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_AccountView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    rotate_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotationInput"];
            };
        };
        responses: {
            /** @description The key itself, shown only now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_key_usage: {
        parameters: {
            query?: {
                /** @description `24h`, or `7d` (default), `30d`, `90d` up to now, of which each day begins at midnight. */
                range?: string;
                /** @description Begin of any other time, Unix seconds; goes before `range`. */
                from?: number;
                /** @description Its end, Unix seconds; now by default. */
                to?: number;
                /** @description How long one point is: `hour` (up to 31 days) or `day`; by default hours up to two days. */
                step?: string;
                /** @description Hours that the clock is ahead of UTC where days begin, from -14 to 14; the server's by default. */
                offset_hours?: number;
                /**
                 * @description What it is split by: `model`, `provider`, `key` or `user`; not at all by default. Providers and users are for
                 *     administrators.
                 */
                by?: string;
                /** @description How many parts are told: those with most calls, 10 by default, at most 20. */
                parts?: number;
                /** @description Only calls that asked for exactly this model. */
                model?: string;
                /** @description Only calls that this provider answered: name or id; for administrators. */
                provider?: string;
                /** @description Only calls of this user: name or id; for administrators. */
                user?: string;
                /** @description Only calls with the key of this id. */
                key?: number;
            };
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UsageReportView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description `open` (default) or `all`. */
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_AlertView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_entries: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Name or id of the user who made the change. */
                user?: string;
                /** @description Method and path as this document has them, such as `PUT /api/user/`. */
                action?: string;
                /** @description Path of what was changed, such as `/api/user/5`, or of a list, such as `/api/provider`. */
                subject?: string;
                /** @description `all` (default), `success` or `error`. */
                status?: string;
                /** @description Asked for at this time or later, Unix seconds. */
                from?: number;
                /** @description Asked for before this time, Unix seconds. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_AuditEntryView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id, as named by `x-sluice-call`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The entry. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_AuditEntryView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_budgets: {
        parameters: {
            query?: {
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Only budgets of a `key` or of a `user`; with `owner_id`. */
                scope?: components["schemas"]["ScopeInput"];
                /** @description Id of the key or user. */
                owner_id?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_BudgetView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_budget: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Chosen by the client, 1 to 255 printable ASCII characters. The same key with the same input is carried out once
                 *     and answered with the first outcome and the header `idempotent-replayed: true`; with other input it is refused.
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBudgetInput"];
            };
        };
        responses: {
            /** @description The new budget. */
            200: {
                headers: {
                    /** @description `true` for an earlier request's outcome. */
                    "idempotent-replayed"?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BudgetView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_budget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The budget. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BudgetView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_budget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BudgetInput"];
            };
        };
        responses: {
            /** @description The budget as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BudgetView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_budget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_dashboard: {
        parameters: {
            query?: {
                /** @description Hours that the clock is ahead of UTC, from -14 to 14; the server's by default. */
                offset_hours?: number;
                /** @description Only `request` (default). */
                aggregation?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_DashboardView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_LiveView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_own_dashboard: {
        parameters: {
            query?: {
                /** @description Hours that the clock is ahead of UTC, from -14 to 14; the server's by default. */
                offset_hours?: number;
                /** @description Only `request` (default). */
                aggregation?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_DashboardView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_own_usage: {
        parameters: {
            query?: {
                /** @description `24h`, or `7d` (default), `30d`, `90d` up to now, of which each day begins at midnight. */
                range?: string;
                /** @description Begin of any other time, Unix seconds; goes before `range`. */
                from?: number;
                /** @description Its end, Unix seconds; now by default. */
                to?: number;
                /** @description How long one point is: `hour` (up to 31 days) or `day`; by default hours up to two days. */
                step?: string;
                /** @description Hours that the clock is ahead of UTC where days begin, from -14 to 14; the server's by default. */
                offset_hours?: number;
                /**
                 * @description What it is split by: `model`, `provider`, `key` or `user`; not at all by default. Providers and users are for
                 *     administrators.
                 */
                by?: string;
                /** @description How many parts are told: those with most calls, 10 by default, at most 20. */
                parts?: number;
                /** @description Only calls that asked for exactly this model. */
                model?: string;
                /** @description Only calls that this provider answered: name or id; for administrators. */
                provider?: string;
                /** @description Only calls of this user: name or id; for administrators. */
                user?: string;
                /** @description Only calls with the key of this id. */
                key?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UsageReportView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_usage: {
        parameters: {
            query?: {
                /** @description `24h`, or `7d` (default), `30d`, `90d` up to now, of which each day begins at midnight. */
                range?: string;
                /** @description Begin of any other time, Unix seconds; goes before `range`. */
                from?: number;
                /** @description Its end, Unix seconds; now by default. */
                to?: number;
                /** @description How long one point is: `hour` (up to 31 days) or `day`; by default hours up to two days. */
                step?: string;
                /** @description Hours that the clock is ahead of UTC where days begin, from -14 to 14; the server's by default. */
                offset_hours?: number;
                /**
                 * @description What it is split by: `model`, `provider`, `key` or `user`; not at all by default. Providers and users are for
                 *     administrators.
                 */
                by?: string;
                /** @description How many parts are told: those with most calls, 10 by default, at most 20. */
                parts?: number;
                /** @description Only calls that asked for exactly this model. */
                model?: string;
                /** @description Only calls that this provider answered: name or id; for administrators. */
                provider?: string;
                /** @description Only calls of this user: name or id; for administrators. */
                user?: string;
                /** @description Only calls with the key of this id. */
                key?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UsageReportView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_groups: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_GroupView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The group. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_GroupView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    put_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupInput"];
            };
        };
        responses: {
            /** @description The group as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_GroupView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The jobs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_JobView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_JobView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    run_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run that has begun. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_JobRunView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_job_runs: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_JobRunView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    export_ledger: {
        parameters: {
            query?: {
                /** @description `csv` (default) or `jsonl`. */
                format?: "csv" | "jsonl";
                /** @description Only transfers of this account, in the order of its chain. */
                account?: number;
                /** @description Only transfers ordered at this time or later, Unix seconds. */
                since?: number;
                /** @description Only transfers ordered before this time, Unix seconds. */
                until?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The last audit. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_LedgerStateView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    verify_ledger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_VerificationView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_calls: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of a model, an error, an id, the client's address or, for administrators, a provider; any case. */
                keyword?: string;
                /** @description Exactly this model was asked for. */
                model?: string;
                /** @description Name or id of the provider that answered. */
                provider?: string;
                /** @description Name or id of the user. */
                user?: string;
                /** @description Id of the key. */
                key?: number;
                /** @description `true` or `false`: whether the answer was streamed. */
                stream?: string;
                /** @description `complete`, `abandoned`, `broken` or `refused`. */
                outcome?: string;
                /** @description `all` (default), `success`, `error`, or exactly the HTTP status that the client got, such as `429`. */
                status?: string;
                /** @description Exactly the stable code of the error that the client got, such as `upstream_timeout`. */
                error?: string;
                /** @description `all` (default) or `error`: the same as `status`, which goes before it. */
                view?: string;
                /** @description `request` (default): each call with its attempts; `attempt`: each attempt by itself, after the one that followed it. */
                aggregation?: string;
                /** @description The call began at this time or later, Unix seconds. */
                from?: number;
                /** @description The call began before this time, Unix seconds. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CallPageView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    export_calls: {
        parameters: {
            query?: {
                /** @description Part of a model, an error, an id, the client's address or, for administrators, a provider; any case. */
                keyword?: string;
                /** @description Exactly this model was asked for. */
                model?: string;
                /** @description Name or id of the provider that answered. */
                provider?: string;
                /** @description Name or id of the user. */
                user?: string;
                /** @description Id of the key. */
                key?: number;
                /** @description `true` or `false`: whether the answer was streamed. */
                stream?: string;
                /** @description `complete`, `abandoned`, `broken` or `refused`. */
                outcome?: string;
                /** @description `all` (default), `success`, `error`, or exactly the HTTP status that the client got, such as `429`. */
                status?: string;
                /** @description Exactly the stable code of the error that the client got, such as `upstream_timeout`. */
                error?: string;
                /** @description `all` (default) or `error`: the same as `status`, which goes before it. */
                view?: string;
                /** @description `request` (default): each call with its attempts; `attempt`: each attempt by itself, after the one that followed it. */
                aggregation?: string;
                /** @description The call began at this time or later, Unix seconds. */
                from?: number;
                /** @description The call began before this time, Unix seconds. */
                to?: number;
                /** @description `csv` (default) or `jsonl`, which has everything that the list shows. */
                format?: "csv" | "jsonl";
                /** @description Most calls: a million by default, and not more. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_own_calls: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of a model, an error, an id, the client's address or, for administrators, a provider; any case. */
                keyword?: string;
                /** @description Exactly this model was asked for. */
                model?: string;
                /** @description Name or id of the provider that answered. */
                provider?: string;
                /** @description Name or id of the user. */
                user?: string;
                /** @description Id of the key. */
                key?: number;
                /** @description `true` or `false`: whether the answer was streamed. */
                stream?: string;
                /** @description `complete`, `abandoned`, `broken` or `refused`. */
                outcome?: string;
                /** @description `all` (default), `success`, `error`, or exactly the HTTP status that the client got, such as `429`. */
                status?: string;
                /** @description Exactly the stable code of the error that the client got, such as `upstream_timeout`. */
                error?: string;
                /** @description `all` (default) or `error`: the same as `status`, which goes before it. */
                view?: string;
                /** @description `request` (default): each call with its attempts; `attempt`: each attempt by itself, after the one that followed it. */
                aggregation?: string;
                /** @description The call began at this time or later, Unix seconds. */
                from?: number;
                /** @description The call began before this time, Unix seconds. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CallPageView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    export_own_calls: {
        parameters: {
            query?: {
                /** @description Part of a model, an error, an id, the client's address or, for administrators, a provider; any case. */
                keyword?: string;
                /** @description Exactly this model was asked for. */
                model?: string;
                /** @description Name or id of the provider that answered. */
                provider?: string;
                /** @description Name or id of the user. */
                user?: string;
                /** @description Id of the key. */
                key?: number;
                /** @description `true` or `false`: whether the answer was streamed. */
                stream?: string;
                /** @description `complete`, `abandoned`, `broken` or `refused`. */
                outcome?: string;
                /** @description `all` (default), `success`, `error`, or exactly the HTTP status that the client got, such as `429`. */
                status?: string;
                /** @description Exactly the stable code of the error that the client got, such as `upstream_timeout`. */
                error?: string;
                /** @description `all` (default) or `error`: the same as `status`, which goes before it. */
                view?: string;
                /** @description `request` (default): each call with its attempts; `attempt`: each attempt by itself, after the one that followed it. */
                aggregation?: string;
                /** @description The call began at this time or later, Unix seconds. */
                from?: number;
                /** @description The call began before this time, Unix seconds. */
                to?: number;
                /** @description `csv` (default) or `jsonl`, which has everything that the list shows. */
                format?: "csv" | "jsonl";
                /** @description Most calls: a million by default, and not more. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_call: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The call. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CallView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    explain_call: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call, as named by `x-sluice-call`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The explanation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ExplainView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_receipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call, as named by `x-sluice-call`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ReceiptView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_notice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_options: {
        parameters: {
            query?: {
                /** @description `1` or `true`: secrets too, of which only is told whether they are set. */
                all?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_OptionView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    put_option: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OptionInput"];
            };
        };
        responses: {
            /** @description The setting as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_OptionView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_option: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The setting. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_OptionView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_providers_by_plugin: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of the name, vendor, base URL or remark. */
                keyword?: string;
                /** @description `all` (default), `eligible` (enabled) or `abnormal` (disabled). */
                route_filter?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_ProviderView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_provider_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderInput"];
            };
        };
        responses: {
            /** @description The provider as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ProviderView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_provider_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderInput"];
            };
        };
        responses: {
            /** @description The new provider. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ProviderView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    export_providers_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The providers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_ExportedProvider"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    import_providers_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportedProvider"][];
            };
        };
        responses: {
            /** @description What was done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ImportView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_credential_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the credential. */
                token_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialInput"];
            };
        };
        responses: {
            /** @description The credential as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CredentialView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_credential_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the credential. */
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_provider_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ProviderView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_model_aliases_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Public name → name there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BTreeMap_String_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    write_model_aliases_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasInput"];
            };
        };
        responses: {
            /** @description The aliases as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BTreeMap_String_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_pricing_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Models and groups. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PricingView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    sync_provider_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At least one step succeeded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SyncView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_credentials_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The credentials. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_CredentialView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_credential_by_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialInput"];
            };
        };
        responses: {
            /** @description The new credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CreatedView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_prices: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of the model's name. */
                model?: string;
                /** @description Only those that hold at this provider and at no other. */
                provider_id?: number;
                /** @description `operator` (stated here) or `provider` (published by the provider). */
                source?: string;
                /** @description `cost` (what the provider takes) or `sell` (what callers pay instead of cost times factors). */
                purpose?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_PriceView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_price: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Chosen by the client, 1 to 255 printable ASCII characters. The same key with the same input is carried out once
                 *     and answered with the first outcome and the header `idempotent-replayed: true`; with other input it is refused.
                 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPriceInput"];
            };
        };
        responses: {
            /** @description The new price. */
            200: {
                headers: {
                    /** @description `true` for an earlier request's outcome. */
                    "idempotent-replayed"?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PriceView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_builtin: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of the model's name. */
                model?: string;
                /** @description Only at providers of this vendor. */
                vendor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_VersionView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_disputed: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of the model's name. */
                model?: string;
                /** @description Only at providers of this vendor. */
                vendor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_DisputeView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    find_price: {
        parameters: {
            query: {
                /** @description Model, as callers name it or as the provider does. */
                model: string;
                /** @description Provider that would serve the call. */
                provider_id: number;
                /** @description Group of the caller; `default` by default. */
                group?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The price. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_LookupView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_unpriced: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_UnpricedView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_price: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The price. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PriceView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_price: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_providers: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of the name, vendor, base URL or remark. */
                keyword?: string;
                /** @description `all` (default), `eligible` (enabled) or `abnormal` (disabled). */
                route_filter?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_ProviderView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_provider: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderInput"];
            };
        };
        responses: {
            /** @description The provider as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ProviderView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_provider: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderInput"];
            };
        };
        responses: {
            /** @description The new provider. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ProviderView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    change_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkInput"];
            };
        };
        responses: {
            /** @description What was done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BulkView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_checkins: {
        parameters: {
            query?: {
                /** @description How many; what is no such number is the default. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The check-ins. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_ItemView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    run_checkins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_RunView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_checkin_runs: {
        parameters: {
            query?: {
                /** @description How many; what is no such number is the default. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The runs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_RunView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_missing_checkins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The providers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MissingAnswer"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    export_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The providers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_ExportedProvider"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    export_with_secrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The providers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_ExportedProvider"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    import_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportedProvider"][];
            };
        };
        responses: {
            /** @description What was done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ImportView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    summarise_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SummaryView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_credential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the credential. */
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CredentialView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_credential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the credential. */
                token_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialInput"];
            };
        };
        responses: {
            /** @description The credential as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CredentialView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_credential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the credential. */
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_ProviderView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    check_in_at: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider counts the day. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_OneView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_model_aliases: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Public name → name there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BTreeMap_String_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    write_model_aliases: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasInput"];
            };
        };
        responses: {
            /** @description The aliases as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BTreeMap_String_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    discover_models: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At least one credential answered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_DiscoveryView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    sync_prices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The prices were read. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PriceSyncView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_pricing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Models and groups. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PricingView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    sync_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At least one step succeeded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SyncView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    try_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrialInput"];
            };
        };
        responses: {
            /** @description Events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_credentials: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The credentials. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_CredentialView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_credential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the provider. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialInput"];
            };
        };
        responses: {
            /** @description The new credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_CreatedView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_routes: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of the model's name. */
                model?: string;
                /** @description Only routes of this provider. */
                provider_id?: number;
                /** @description Only routes of this credential. */
                provider_token_id?: number;
                /** @description `1` or `true`: only enabled routes. */
                enabled_only?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_RouteView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_route: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRouteInput"];
            };
        };
        responses: {
            /** @description The new route. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_RouteView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_routes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchInput"];
            };
        };
        responses: {
            /** @description All were changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BatchView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    change_routes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkInput"];
            };
        };
        responses: {
            /** @description What was done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_BulkView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_route_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    overview: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of the model's name. */
                model?: string;
                /** @description Only routes of this provider. */
                provider_id?: number;
                /** @description Only routes of this credential. */
                provider_token_id?: number;
                /** @description `1` or `true`: only enabled routes. */
                enabled_only?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_OverviewRow"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    preview_route: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewInput"];
            };
        };
        responses: {
            /** @description Where the call would go. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PreviewView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    rebuild_routes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Begun. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_route: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The route. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_RouteView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_route: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RouteInput"];
            };
        };
        responses: {
            /** @description The route as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_RouteView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_route: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_policy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_RoutingPolicy"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    put_policy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoutingPolicy"];
            };
        };
        responses: {
            /** @description The policy as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_RoutingPolicy"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    test_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestInput"];
            };
        };
        responses: {
            /** @description What came of each rule. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_TestView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_setup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether there is no root user yet. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_SetupView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    set_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupInput"];
            };
        };
        responses: {
            /** @description The root user; the answer sets the session cookie. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_StatusView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_transfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The transfer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_TransferView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description Number of the page, counted from 0; what is no such number counts as 0. */
                p?: number;
                /** @description Rows per page: 10 by default, at most 100. */
                page_size?: number;
                /** @description `next_cursor` of the page before; goes before `p`. */
                cursor?: string;
                /** @description Part of the name, display name or mail address, or the id. */
                keyword?: string;
                /** @description Only this role. */
                role?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_PageView_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserInput"];
            };
        };
        responses: {
            /** @description The user as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUserInput"];
            };
        };
        responses: {
            /** @description The new user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    log_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginInput"];
            };
        };
        responses: {
            /** @description The user; the answer sets the session cookie. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    log_out_by_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out, or was not logged in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    log_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out, or was not logged in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    manage_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ManageInput"];
            };
        };
        responses: {
            /** @description The user as it is now, or as it was. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterInput"];
            };
        };
        responses: {
            /** @description The new user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    search_users: {
        parameters: {
            query?: {
                /** @description Part of the name, display name or mail address, or the id. */
                keyword?: string;
                /** @description Only this role. */
                role?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The users. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_self: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    update_self: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SelfInput"];
            };
        };
        responses: {
            /** @description The account as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_self: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sessions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_SessionView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    end_other_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_TokenView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenInput"];
            };
        };
        responses: {
            /** @description The token, shown only now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_NewTokenView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the token. */
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    make_access_token_by_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token, shown only now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    make_access_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token, shown only now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_String"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    revoke_access_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No token works any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_UserView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    read_account_of_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the user. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_AccountView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_sessions_of: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sessions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_SessionView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    end_sessions_of: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    end_session_of: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
                /** @description Id of the session. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_tokens_of: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_TokenView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    revoke_token_of: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id. */
                id: number;
                /** @description Id of the token. */
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Nothing"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
    list_vendors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The vendors. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Envelope_Vec_VendorView"];
                };
            };
            /** @description What went wrong, with a true HTTP status and a stable `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureBody"];
                };
            };
        };
    };
}
