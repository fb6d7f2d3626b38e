// Stands in for libFuzzer where it is not linked: feeds a target its corpus, each file cut short at a few places and
// with single bytes changed, always alike. The target's own checks abort on a fault.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

void run_with_neighbours(const std::string& input) {
  run(input);
  std::uint32_t state = 2463534242u;  // xorshift32: the same inputs on every machine.
  for (int i = 0; i < 200 && !input.empty(); ++i) {
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    std::string changed = input;
    const std::size_t at = state % input.size();
    if (i % 4 == 0)
      changed.resize(at);
    else
      changed[at] = static_cast<char>(state >> 24);
    run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  run("");
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      run_with_neighbours({std::istreambuf_iterator<char>(in), {}});
      ++files;
    }
  }
  std::printf("replayed %d files\n", files);
}
