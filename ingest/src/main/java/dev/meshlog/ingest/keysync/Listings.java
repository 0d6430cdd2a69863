package dev.meshlog.ingest.keysync;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a radio's list of nodes comes to us: at the beginning of a session by itself, later because we ask. A line damages a message now and then, and who is
 * left out by that would look as if the radio had forgotten it; its key would go over the one that the radio has. So the first list is believed when it has
 * as many nodes as the radio says that it knows. A later one may have fewer, since its owner can remove some: then two in a row have to name the same ones.
 */
final class Listings {
    /** How long a radio may take to tell its nodes. */
    static final long PATIENCE = Duration.ofMinutes(1).toNanos();

    private static final int MOST_IN_A_ROW = 4;

    private final Outside outside;
    private final Stock stock;
    private final Outbox outbox;
    /** So many nodes it has, as far as it said. */
    private int promised;
    /** A list was complete before. */
    private boolean mayHaveFewer;

    private int lists;
    private Set<Long> told = new HashSet<>();
    /** In the list before, if there was one. */
    private @Nullable Set<Long> toldBefore;
    /** 0: nothing was asked for. */
    private long until;

    Listings(Outside outside, Stock stock, Outbox outbox) {
        this.outside = outside;
        this.stock = stock;
        this.outbox = outbox;
    }

    /** What the end of a list means. */
    enum End {
        COMPLETE,
        /** Some are missing; the radio was asked for them. What it has told so far counts. */
        AGAIN,
        GIVEN_UP
    }

    /** The radio begins to tell about itself: what it has listed so far is void. */
    void began(int nodes) {
        if (stock.isListing()) {
            promised = nodes;
            stock.beginListing();
            told = new HashSet<>();
        }
    }

    void listed(long node) {
        told.add(node);
    }

    /**
     * Asks for the list; keys wait until it is told.
     *
     * @param again whether the radio's last list was complete
     * @return false when nothing can be sent
     */
    boolean ask(boolean again, long now) {
        if (!outside.send(Messages.nodesOnly())) {
            return false;
        }
        promised = again ? stock.radio().listedNodes() : promised;
        mayHaveFewer = again;
        stock.beginListing();
        lists = 0;
        told = new HashSet<>();
        toldBefore = null;
        until = now + PATIENCE;
        outbox.pause(true);
        return true;
    }

    /** The list is at its end. */
    End ended(long now) {
        if (stock.listedNodes() >= promised || (mayHaveFewer && told.equals(toldBefore))) {
            end(true);
            return End.COMPLETE;
        }
        outside.debug("the radio has listed " + stock.listedNodes() + " of " + promised + " nodes");
        return again(told, now);
    }

    /** A radio tells one thing at a time: somebody has read its config in between, and it will not go on with the list. */
    End cut(long now) {
        return again(null, now);
    }

    private End again(@Nullable Set<Long> before, long now) {
        lists++;
        if (lists < MOST_IN_A_ROW && outside.send(Messages.nodesOnly())) {
            toldBefore = before;
            told = new HashSet<>();
            until = now + PATIENCE;
            return End.AGAIN;
        }
        end(false);
        return End.GIVEN_UP;
    }

    /** Whether the radio was asked and did not tell its nodes in time; then it is not waited for any more. */
    boolean isOverdue(long now) {
        if (until == 0 || now < until) {
            return false;
        }
        end(false);
        return true;
    }

    private void end(boolean isComplete) {
        until = 0;
        stock.endListing(isComplete);
        outbox.pause(false);
    }
}
