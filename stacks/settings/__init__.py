"""Settings of each system, as they stand under `zapstack:systems` in `Pulumi.<stack>.yaml`.

They live beside the systems and not in `infra.config`, because imports go one way: `infra` reads files and hands
validated settings down. Descriptions say unit, meaning and why the default is what it is: the reference page, the JSON
Schema and `.env.example` are generated from them.
"""
