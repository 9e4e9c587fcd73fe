// sharing_order.cc - see sharing_order.h.
#include "lambda/sharing_order.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

namespace ocitidy::lambda {
namespace {

double survival_of(const Part& part) { return std::clamp(part.survival, kLeastSurvival, 1.0); }

/// A change of nothing still moves what follows: an empty part weighs as one block of the file system.
double weight_of(const Part& part) { return std::max(static_cast<double>(part.size_bytes), 4096.0); }

/// Where the next part of the same component stands; `parts.size()` when there is none.
std::vector<std::size_t> next_of_component(std::span<const Part> parts) {
  std::vector<std::size_t> next(parts.size(), parts.size());
  std::unordered_map<std::uint32_t, std::size_t> seen;
  for (std::size_t i = parts.size(); i-- > 0;) {
    const auto [it, first] = seen.try_emplace(parts[i].component, i);
    if (!first) {
      next[i] = it->second;
      it->second = i;
    }
  }
  return next;
}

/// Least costs of the first j parts in k layers, one row a k, and where the last layer of each begins.
class CutTable {
 public:
  CutTable(std::span<const Part> parts, std::uint32_t most_layers) : count_(parts.size()), layers_(most_layers) {
    cost_.assign(static_cast<std::size_t>(layers_) * (count_ + 1), kNever);
    begin_.assign(cost_.size(), 0);
    const std::vector<std::size_t> next = next_of_component(parts);
    for (std::size_t end = 1; end <= count_; ++end) {
      double unchanged = 1, size_bytes = 0;
      for (std::size_t begin = end; begin-- > 0;) {
        if (next[begin] >= end) unchanged *= survival_of(parts[begin]);
        size_bytes += static_cast<double>(parts[begin].size_bytes);
        offer(begin, end, size_bytes * (1 - unchanged));
      }
    }
  }

  std::vector<std::uint32_t> best() const {
    std::size_t k = 0;
    for (std::size_t other = 1; other < layers_; ++other) {
      if (cost(other, count_) < cost(k, count_)) k = other;
    }
    std::vector<std::uint32_t> first_parts;
    for (std::size_t end = count_; end > 0; --k) {
      end = begin_[index(k, end)];
      first_parts.push_back(static_cast<std::uint32_t>(end));
    }
    std::ranges::reverse(first_parts);
    return first_parts;
  }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();
  // By `end` first: the inner loop over k runs over neighbours in memory.
  std::size_t index(std::size_t k, std::size_t end) const { return end * layers_ + k; }
  double cost(std::size_t k, std::size_t end) const { return cost_[index(k, end)]; }

  void offer(std::size_t begin, std::size_t end, double layer_cost) {
    const auto take = [&](std::size_t k, double total) {
      if (total >= cost(k, end)) return;
      cost_[index(k, end)] = total;
      begin_[index(k, end)] = static_cast<std::uint32_t>(begin);
    };
    if (begin == 0) return take(0, layer_cost);
    for (std::size_t k = 1; k < layers_; ++k) take(k, cost(k - 1, begin) + layer_cost);
  }

  std::size_t count_, layers_;
  std::vector<double> cost_;
  std::vector<std::uint32_t> begin_;
};

/// Neighbours as one part, until there are few enough. What they hold of components is lost: survivals multiply.
std::vector<Part> fused(std::span<const Part> parts, std::size_t group) {
  std::vector<Part> fewer;
  for (std::size_t i = 0; i < parts.size(); i += group) {
    Part one{.component = static_cast<std::uint32_t>(fewer.size()), .survival = 1, .size_bytes = 0};
    for (std::size_t j = i; j < std::min(i + group, parts.size()); ++j) {
      one.survival *= survival_of(parts[j]);
      one.size_bytes += parts[j].size_bytes;
    }
    fewer.push_back(one);
  }
  return fewer;
}

}  // namespace

std::vector<std::uint32_t> order_for_sharing(std::span<const Part> parts) {
  std::vector<std::uint32_t> order(parts.size());
  std::iota(order.begin(), order.end(), 0);
  const auto ratio = [&](std::uint32_t i) {
    const double survival = survival_of(parts[i]);
    return (1 - survival) / survival / weight_of(parts[i]);
  };
  std::ranges::stable_sort(order, {}, ratio);
  return order;
}

double expected_new_bytes(std::span<const Part> in_order) {
  double unchanged = 1, sum_bytes = 0;
  std::unordered_set<std::uint32_t> seen;
  for (const Part& part : in_order) {
    if (seen.insert(part.component).second) unchanged *= survival_of(part);
    sum_bytes += static_cast<double>(part.size_bytes) * (1 - unchanged);
  }
  return sum_bytes;
}

double expected_pushed_bytes(std::span<const Part> in_order, std::span<const std::uint32_t> first_parts) {
  double sum_bytes = 0;
  for (std::size_t layer = 0; layer < first_parts.size(); ++layer) {
    const std::size_t end = layer + 1 < first_parts.size() ? first_parts[layer + 1] : in_order.size();
    double unchanged = 1, size_bytes = 0;
    std::unordered_set<std::uint32_t> seen;
    for (const Part& part : in_order.subspan(first_parts[layer], end - first_parts[layer])) {
      if (seen.insert(part.component).second) unchanged *= survival_of(part);
      size_bytes += static_cast<double>(part.size_bytes);
    }
    sum_bytes += size_bytes * (1 - unchanged);
  }
  return sum_bytes;
}

std::vector<std::uint32_t> cut_into_layers(std::span<const Part> in_order, std::uint32_t most_layers) {
  if (in_order.empty()) return {};
  const std::size_t group = (in_order.size() + kMostCutParts - 1) / kMostCutParts;
  const std::vector<Part> fewer = group > 1 ? fused(in_order, group) : std::vector<Part>();
  const std::span<const Part> parts = group > 1 ? std::span<const Part>(fewer) : in_order;
  const auto layers = static_cast<std::uint32_t>(std::clamp<std::size_t>(most_layers, 1, parts.size()));
  std::vector<std::uint32_t> first_parts = CutTable(parts, layers).best();
  for (std::uint32_t& first : first_parts) first *= static_cast<std::uint32_t>(group);
  return first_parts;
}

}  // namespace ocitidy::lambda
