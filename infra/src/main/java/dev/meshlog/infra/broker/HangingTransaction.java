package dev.meshlog.infra.broker;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;

/**
 * A transaction that is open in a partition though its coordinator has finished or forgotten it: nothing will ever end it, and read_committed
 * readers stand still at its first offset.
 *
 * <p>It is reported and not aborted. The coordinator may have acknowledged the commit: with the offsets of a Kafka Streams task committed, an
 * abort here loses that task's output without a trace. The coordinator's last state belongs to the producer's last transaction, which need
 * not be this one, so it can't decide either.
 */
record HangingTransaction(TopicPartition partition, long producerId, long startOffset) {
    private static final Set<TransactionState> ENDED =
            EnumSet.of(TransactionState.EMPTY, TransactionState.COMPLETE_COMMIT, TransactionState.COMPLETE_ABORT);

    /**
     * What hangs now in any partition, internal topics included; of the embedded broker only.
     *
     * @throws ExecutionException when the cluster does not answer
     */
    static Set<HangingTransaction> find(Admin admin) throws ExecutionException, InterruptedException {
        Set<TopicPartition> partitions = partitions(admin);
        Set<HangingTransaction> open = open(admin, partitions);
        if (open.isEmpty()) {
            return open;
        }
        // Markers are written before the coordinator declares the end: what was over in between and is still open has
        // lost its marker.
        awaitCoordinator(admin);
        Set<Long> alive = alive(admin, open);
        Set<HangingTransaction> hanging = new HashSet<>(open);
        hanging.removeIf(transaction -> alive.contains(transaction.producerId()));
        hanging.retainAll(
                open(admin, open.stream().map(HangingTransaction::partition).collect(Collectors.toSet())));
        return hanging;
    }

    /** For the log: what it is, and what a person can do. */
    String advice(String bootstrapServers) {
        return ("a transaction of producer %d is open for ever in %s from offset %d on, and whoever reads committed records stands still there. "
                        + "To end it: kafka-transactions.sh --bootstrap-server %s abort --topic %s --partition %d --start-offset %d (from Kafka's "
                        + "own distribution). This drops its records in that partition, even if their commit was acknowledged")
                .formatted(
                        producerId,
                        partition,
                        startOffset,
                        bootstrapServers,
                        partition.topic(),
                        partition.partition(),
                        startOffset);
    }

    private static Set<TopicPartition> partitions(Admin admin) throws ExecutionException, InterruptedException {
        Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        return admin.describeTopics(topics).allTopicNames().get().values().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                .collect(Collectors.toSet());
    }

    private static Set<HangingTransaction> open(Admin admin, Set<TopicPartition> partitions)
            throws ExecutionException, InterruptedException {
        Set<HangingTransaction> open = new HashSet<>();
        for (var described : admin.describeProducers(partitions).all().get().entrySet()) {
            for (var producer : described.getValue().activeProducers()) {
                producer.currentTransactionStartOffset()
                        .ifPresent(offset ->
                                open.add(new HangingTransaction(described.getKey(), producer.producerId(), offset)));
            }
        }
        return open;
    }

    /**
     * A coordinator that has not read its log yet lists nothing and does not say so; asked for one id it answers only when it knows. The embedded
     * broker has one coordinator partition, so any id will do.
     */
    private static void awaitCoordinator(Admin admin) throws ExecutionException, InterruptedException {
        try {
            admin.describeTransactions(Set.of("meshlog")).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TransactionalIdNotFoundException)) {
                throw e;
            }
        }
    }

    private static Set<Long> alive(Admin admin, Set<HangingTransaction> open)
            throws ExecutionException, InterruptedException {
        Set<Long> producers = open.stream().map(HangingTransaction::producerId).collect(Collectors.toSet());
        return admin.listTransactions(new ListTransactionsOptions().filterProducerIds(producers)).all().get().stream()
                .filter(listing -> !ENDED.contains(listing.state()))
                .map(TransactionListing::producerId)
                .collect(Collectors.toSet());
    }
}
