/** Benchmarks: how fast the parts are, each against what bounds it. */
@NullMarked
package dev.meshlog.infra.bench;

import org.jspecify.annotations.NullMarked;
