package dev.meshlog.infra.network;

import dev.meshlog.ledger.Hash;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node beside the others, at the commit where they were compared.
 *
 * @param first the first commit in its topics
 * @param commitHash null when it does not have that commit
 * @param stateRoot of the checkpoint that the commit ends, as the node published it
 * @param dump SHA-256 of what {@code dump-state --raw} prints for it, hex; null when nothing could be recovered
 * @param transactions with a result up to there
 * @param difference empty: equal
 */
public record NodeVerdict(
        NodeProcess node,
        long first,
        @Nullable Hash commitHash,
        @Nullable Hash stateRoot,
        @Nullable String dump,
        long transactions,
        Optional<String> difference) {}
