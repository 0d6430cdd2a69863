package dev.meshlog.infra.network;

import dev.meshlog.ledger.Hash;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a node published of one commit.
 *
 * @param root of the checkpoint that the commit ends, if it ends one
 * @param results digest of its transactions' results, in their order
 */
record CommitFacts(Hash hash, @Nullable Hash root, Hash results) {
    /** What differs first, and makes the rest differ; empty when both are equal. */
    Optional<String> differenceFrom(CommitFacts other) {
        if (!hash.equals(other.hash)) {
            return Optional.of("the commit hash");
        }
        if (!results.equals(other.results)) {
            return Optional.of("the results");
        }
        return Objects.equals(root, other.root) ? Optional.empty() : Optional.of("the state root");
    }
}
