package dev.meshlog.infra.network;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a node's own topics say about the ledger up to a commit.
 *
 * @param name of the node
 * @param commits by index
 * @param transactions how many of them have a result in the topic
 */
record NodeHistory(String name, NavigableMap<Long, CommitFacts> commits, long transactions) {
    private static final Hash NO_RESULTS = Hash.of(Sha256.begin().digest());

    /** @param last index of the last commit that counts */
    static NodeHistory read(String name, Cluster cluster, long last) {
        Map<Long, MessageDigest> results = new HashMap<>();
        long[] transactions = {0};
        TopicReader.readAll(cluster, Topics.RESULTS, rec -> {
            TransactionResult result = rec.value();
            if (result.getCommitIndex() <= last) {
                transactions[0]++;
                results.computeIfAbsent(result.getCommitIndex(), index -> Sha256.begin())
                        .update(text(result));
            }
        });
        NavigableMap<Long, CommitFacts> commits = new TreeMap<>();
        TopicReader.readAll(cluster, Topics.COMMITS, rec -> {
            CommitRecord commit = rec.value();
            // The results of an installed one are with those who executed it.
            if (commit.getIndex() <= last && !commit.getInstalled()) {
                MessageDigest digest = results.remove(commit.getIndex());
                commits.put(
                        commit.getIndex(),
                        new CommitFacts(
                                Hash.of(commit.getCommitHash()),
                                commit.getCheckpoint() == null
                                        ? null
                                        : Hash.of(commit.getCheckpoint().getRoot()),
                                digest == null ? NO_RESULTS : Hash.of(digest.digest())));
            }
        });
        return new NodeHistory(name, commits, transactions[0]);
    }

    /** The first index that is not there, between the first and the last that are. */
    OptionalLong gap() {
        long expected = commits.isEmpty() ? 0 : commits.firstKey();
        for (long index : commits.keySet()) {
            if (index != expected) {
                return OptionalLong.of(expected);
            }
            expected++;
        }
        return OptionalLong.empty();
    }

    CommitFacts at(long index) {
        return Objects.requireNonNull(commits.get(index), name);
    }

    private static byte[] text(TransactionResult result) {
        return "%s %s %d %d %s%n"
                .formatted(
                        Hash.of(result.getTxId()),
                        Hash.of(result.getVertexId()),
                        result.getCommitIndex(),
                        result.getPosition(),
                        result.getCode())
                .getBytes(StandardCharsets.UTF_8);
    }
}
