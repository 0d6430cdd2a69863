package dev.meshlog.ingest.keysync;

import dev.meshlog.ingest.MeshTables;
import java.util.random.RandomGenerator;

/** What all sessions of a link have in common. */
record Parts(
        KeySyncSettings settings,
        MeshTables tables,
        Outside outside,
        Totals totals,
        RandomGenerator random,
        UnreadMessages limits,
        Differences differences,
        Requests requests) {}
