package dev.meshlog.ingest.gossip;

import dev.meshlog.ledger.Hash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of the newest vertices are in our log, and which peers have them, as far as we know. Each is pushed once to each peer that lacks it; one that
 * comes again is known by its id before anything else is done with it. Any thread.
 *
 * @param <P> a peer
 */
final class Spread<P> {
    private final int remembered;
    private final Map<Hash, Entry<P>> entries;

    private static final class Entry<P> {
        private final Set<P> having = new HashSet<>(4);
        private boolean isLogged;
    }

    /** @param remembered how many vertices; about 200 bytes each */
    Spread(int remembered) {
        this.remembered = remembered;
        this.entries = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Hash, Entry<P>> eldest) {
                return size() > Spread.this.remembered;
            }
        };
    }

    /** A peer sent it. True: nobody did before, and it is not in our log. */
    synchronized boolean received(Hash id, P from) {
        Entry<P> entry = entries.get(id);
        boolean isNew = entry == null;
        if (entry == null) {
            entry = new Entry<>();
            entries.put(id, entry);
        }
        entry.having.add(from);
        return isNew;
    }

    /**
     * A peer sent what we asked it for. False: it is under way already. What is in our log is taken once more: the ledger asks again for what it had to let
     * go.
     */
    synchronized boolean receivedOnDemand(Hash id, P from) {
        Entry<P> entry = entries.computeIfAbsent(id, any -> new Entry<>());
        boolean isNew = entry.having.isEmpty() && !entry.isLogged;
        entry.having.add(from);
        return isNew || entry.isLogged;
    }

    /**
     * What was received first did not get into the log: it may come again.
     *
     * @return the other peers that sent something under this id meanwhile
     */
    synchronized List<P> refused(Hash id, P from) {
        Entry<P> entry = entries.get(id);
        if (entry == null || entry.isLogged) {
            return List.of();
        }
        entries.remove(id);
        entry.having.remove(from);
        return List.copyOf(entry.having);
    }

    /** It is in our log. Returns those that lack it, who are taken to have it from now on. */
    synchronized List<P> logged(Hash id, Collection<P> connected) {
        Entry<P> entry = entries.computeIfAbsent(id, any -> new Entry<>());
        entry.isLogged = true;
        List<P> lacking = new ArrayList<>();
        for (P peer : connected) {
            if (entry.having.add(peer)) {
                lacking.add(peer);
            }
        }
        return lacking;
    }

    /** Whether it came from a peer or was seen in our log. */
    synchronized boolean isKnown(Hash id) {
        return entries.containsKey(id);
    }

    /** Whether it was seen in our log. */
    synchronized boolean isLogged(Hash id) {
        Entry<P> entry = entries.get(id);
        return entry != null && entry.isLogged;
    }

    synchronized void gone(P peer) {
        entries.values().forEach(entry -> entry.having.remove(peer));
    }
}
