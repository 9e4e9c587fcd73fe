// parallel.h - independent jobs side by side; results land at their index, so the outcome knows no thread count.
#pragma once

#include <cstddef>
#include <functional>

namespace ocitidy {

/// Calls job(i) once for every i in 0 ... count-1, on at most `threads` threads (0 and 1: the calling one).
/// When the system grants fewer threads, those do it. Jobs start in index order. A bad_alloc in a job is thrown again
/// here after all threads have ended.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& job);

}  // namespace ocitidy
