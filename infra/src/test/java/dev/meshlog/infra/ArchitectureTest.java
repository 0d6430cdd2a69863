package dev.meshlog.infra;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.meshlog.infra.cli.Meshlog;
import dev.meshlog.infra.node.Demo;
import dev.meshlog.replayer.ReplayerCommand;
import dev.meshlog.snapshotter.SnapshotterCommand;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;

/** What may depend on what, as the architecture says it. */
@AnalyzeClasses(
        packages = "dev.meshlog",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.WithoutTestJars.class})
class ArchitectureTest {
    /** The test fixtures of other modules come as jars, or as their test classes when only a part is built. */
    static final class WithoutTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule modulesDependOnlyOnWhatStandsLeftOfThem = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("schemas")
            .definedBy("dev.meshlog.schemas..")
            .layer("ledger")
            .definedBy("dev.meshlog.ledger..")
            .layer("ingest")
            .definedBy("dev.meshlog.ingest..")
            .layer("streams")
            .definedBy("dev.meshlog.streams..")
            .layer("snapshotter")
            .definedBy("dev.meshlog.snapshotter..")
            .layer("replayer")
            .definedBy("dev.meshlog.replayer..")
            .layer("infra")
            .definedBy("dev.meshlog.infra..")
            .whereLayer("schemas")
            .mayNotAccessAnyLayer()
            .whereLayer("ledger")
            .mayOnlyAccessLayers("schemas")
            .whereLayer("ingest")
            .mayOnlyAccessLayers("schemas", "ledger")
            .whereLayer("streams")
            .mayOnlyAccessLayers("schemas", "ledger")
            .whereLayer("snapshotter")
            .mayOnlyAccessLayers("schemas", "ledger")
            .whereLayer("replayer")
            .mayOnlyAccessLayers("schemas", "ledger")
            .whereLayer("infra")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule everyClassBelongsToAModule = classes()
            .should()
            .resideInAnyPackage(
                    "dev.meshlog.schemas..",
                    "dev.meshlog.ledger..",
                    "dev.meshlog.ingest..",
                    "dev.meshlog.streams..",
                    "dev.meshlog.snapshotter..",
                    "dev.meshlog.replayer..",
                    "dev.meshlog.infra..");

    @ArchTest
    static final ArchRule ledgerRulesKnowNoKafka = noClasses()
            .that()
            .resideInAPackage("dev.meshlog.ledger..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "kafka..");

    @ArchTest
    static final ArchRule ledgerRulesKnowNoDisk = noClasses()
            .that()
            .resideInAPackage("dev.meshlog.ledger..")
            .and()
            .resideOutsideOfPackage("dev.meshlog.ledger.rocksdb..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.rocksdb..", "java.nio.file..")
                    .or(JavaClass.Predicates.assignableTo(java.io.File.class)));

    @ArchTest
    static final ArchRule onlyTheBrokerPackageKnowsTheServer = noClasses()
            .that()
            .resideOutsideOfPackage("dev.meshlog.infra.broker..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..", "org.apache.kafka.server..");

    @ArchTest
    static final ArchRule onlyMainEndsTheProcess = noClasses()
            .that()
            .doNotBelongToAnyOf(Meshlog.class, SnapshotterCommand.class, ReplayerCommand.class)
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "exit", int.class);

    @ArchTest
    static final ArchRule radioTablesArePure = noClasses()
            .that()
            .haveFullyQualifiedName("dev.meshlog.streams.radio.NodeUpdate")
            .or()
            .haveFullyQualifiedName("dev.meshlog.streams.radio.KeyTable")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "kafka..");

    /** The commands and the demo take the system's clock and hand it on; nobody else asks what time it is. */
    @ArchTest
    static final ArchRule timeIsAnArgument = noClasses()
            .that()
            .resideOutsideOfPackage("dev.meshlog.infra.cli")
            .and()
            .doNotBelongToAnyOf(Demo.class, SnapshotterCommand.class, ReplayerCommand.class)
            .should(readTheWallClock());

    /** What the ledger and the tables hold follows from records alone: not even elapsed time may be asked for. */
    @ArchTest
    static final ArchRule rulesKnowNoTimeAtAll = noClasses()
            .that()
            .resideInAnyPackage("dev.meshlog.ledger..", "dev.meshlog.streams.radio..", "dev.meshlog.schemas.wire..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(InstantSource.class)
            .orShould()
            .callMethod(System.class, "nanoTime");

    private static com.tngtech.archunit.lang.ArchCondition<JavaClass> readTheWallClock() {
        return new com.tngtech.archunit.lang.ArchCondition<>("read the wall clock") {
            @Override
            public void check(JavaClass item, com.tngtech.archunit.lang.ConditionEvents events) {
                item.getAccessesFromSelf().stream()
                        .filter(access -> isWallClock(
                                access.getTargetOwner(), access.getTarget().getName()))
                        .forEach(access -> events.add(com.tngtech.archunit.lang.SimpleConditionEvent.satisfied(
                                item, access.getDescription())));
            }
        };
    }

    private static boolean isWallClock(JavaClass owner, String method) {
        boolean now = method.equals("now")
                && (owner.isEquivalentTo(Instant.class)
                        || owner.isEquivalentTo(LocalDate.class)
                        || owner.isEquivalentTo(LocalDateTime.class)
                        || owner.isEquivalentTo(OffsetDateTime.class)
                        || owner.isEquivalentTo(ZonedDateTime.class));
        boolean clock = owner.isEquivalentTo(Clock.class) && (method.startsWith("system") || method.startsWith("tick"));
        boolean millis = owner.isEquivalentTo(System.class) && method.equals("currentTimeMillis");
        return now || clock || millis || (owner.isEquivalentTo(Date.class) && method.equals("<init>"));
    }
}
