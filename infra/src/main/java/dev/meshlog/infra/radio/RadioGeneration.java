package dev.meshlog.infra.radio;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.streams.radio.RadioStreamsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.utils.Utils;

/**
 * One run of the radio tables from the beginning of the log, as an application of its own: its state and its place in the log belong to it alone.
 * Which one is live stands in a file of the data directory; without it, it is generation 0.
 */
public record RadioGeneration(int number) {
    private static final String FILE = "radio-generation";

    public RadioGeneration {
        if (number < 0) {
            throw new IllegalArgumentException("generations count from 0, not " + number);
        }
    }

    /** @throws UserError when the file is damaged */
    public static RadioGeneration live(Path dataDirectory) {
        Path file = dataDirectory.resolve(FILE);
        if (!Files.exists(file)) {
            return new RadioGeneration(0);
        }
        try {
            return new RadioGeneration(Integer.parseInt(Files.readString(file).strip()));
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    file + " is damaged",
                    "it holds the number of the live generation; 'meshlog topics' has its topics",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    /** The next start of Meshlog in the directory goes on with this one. Whole or not at all, whatever happens meanwhile. */
    void becomeLive(Path dataDirectory) throws IOException {
        Path file = dataDirectory.resolve(FILE);
        Path partial = dataDirectory.resolve(FILE + ".partial");
        Files.writeString(partial, number + "\n");
        try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var directory = FileChannel.open(dataDirectory, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Its consumer group, and what the names of its internal topics begin with. */
    public String applicationId() {
        return RadioStreamsConfig.APPLICATION_ID + (number == 0 ? "" : "-" + number);
    }

    /** Before the names of the catalogue, for the topics that it writes while it is not live. */
    String outputPrefix() {
        return applicationId() + ".";
    }

    String output(Topic<String, ?> topic) {
        return outputPrefix() + topic.name();
    }

    /** The first that nothing of is in the cluster. */
    static RadioGeneration unused(Admin admin, RadioGeneration live) throws ExecutionException, InterruptedException {
        Set<String> topics = admin.listTopics().names().get();
        int number = live.number + 1;
        while (new RadioGeneration(number).isIn(topics)) {
            number++;
        }
        return new RadioGeneration(number);
    }

    /** Those in the cluster that are not live: left by a rebuild that was killed, or kept on purpose. */
    public static List<RadioGeneration> others(Admin admin, RadioGeneration live)
            throws ExecutionException, InterruptedException {
        Pattern later = Pattern.compile(Pattern.quote(RadioStreamsConfig.APPLICATION_ID) + "-([0-9]{1,6})[-.].+");
        var numbers = new TreeSet<Integer>();
        for (String topic : admin.listTopics().names().get()) {
            Matcher matcher = later.matcher(topic);
            if (matcher.matches()) {
                numbers.add(Integer.valueOf(matcher.group(1)));
            } else if (new RadioGeneration(0).isInternal(topic)) {
                numbers.add(0);
            }
        }
        numbers.remove(live.number);
        return numbers.stream().map(RadioGeneration::new).toList();
    }

    /** Takes everything of it out of the cluster and off the disk. */
    public void remove(Admin admin, Path streams) throws ExecutionException, InterruptedException, IOException {
        var unused = deleteOutputs(admin);
        deleteApplication(admin);
        Utils.delete(streams.resolve(applicationId()).toFile());
    }

    private boolean isIn(Set<String> topics) {
        return topics.stream().anyMatch(topic -> isInternal(topic) || topic.startsWith(outputPrefix()));
    }

    private boolean isInternal(String topic) {
        // The ids of later generations begin with that of the first.
        return Pattern.compile(Pattern.quote(applicationId()) + "-(?![0-9]+[-.]).+")
                .matcher(topic)
                .matches();
    }

    /** Makes the topics for what it writes, with the partitions of those in the catalogue. */
    void createOutputs(Admin admin) throws ExecutionException, InterruptedException {
        List<NewTopic> topics = Topics.all().stream()
                .filter(topic -> topic.writers().contains("streams radio"))
                .map(topic -> new NewTopic(output(topic), Optional.of(topic.partitions()), Optional.empty())
                        .configs(topic.configs()))
                .toList();
        admin.createTopics(topics).all().get();
    }

    /**
     * Deletes what it wrote while it was not live.
     *
     * @return whether there was something
     */
    public boolean deleteOutputs(Admin admin) throws ExecutionException, InterruptedException {
        List<String> topics = admin.listTopics().names().get().stream()
                .filter(topic -> topic.startsWith(outputPrefix()))
                .toList();
        delete(admin, topics);
        return !topics.isEmpty();
    }

    /** Its internal topics, its place in the log and those who were its members. */
    void deleteApplication(Admin admin) throws ExecutionException, InterruptedException {
        forgetMembers(admin);
        try {
            admin.deleteConsumerGroups(List.of(applicationId())).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
        delete(
                admin,
                admin.listTopics().names().get().stream()
                        .filter(this::isInternal)
                        .toList());
    }

    /** A member with a fixed name stays in its group for 45 s after its end, unless it is told to leave. */
    void forgetMembers(Admin admin) throws ExecutionException, InterruptedException {
        try {
            admin.removeMembersFromConsumerGroup(applicationId(), new RemoveMembersFromConsumerGroupOptions())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            boolean gone = e.getCause() instanceof GroupIdNotFoundException
                    || e.getCause() instanceof UnknownMemberIdException
                    || String.valueOf(e.getMessage()).contains("GroupIdNotFound");
            if (!gone) {
                throw e;
            }
        }
    }

    private static void delete(Admin admin, List<String> topics) throws ExecutionException, InterruptedException {
        admin.deleteTopics(topics).all().get();
    }
}
