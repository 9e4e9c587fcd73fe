"""Checks that every rule, or every pass, is whole: one short .cc, one line in its .def, one page with all its sections."""
import re
from dataclasses import dataclass

from source_tree import Problems, files, root_from_arguments, without_comments_and_literals

MOST_LINES = 150
ID = re.compile(r'\.id\s*=\s*"([^"]*)"')


@dataclass
class Catalogue:
    kind: str  # "rule": how C++ and messages name one
    folder: str  # of sources and the .def
    docs: str  # folder of pages, and the name of the .def
    sections: list
    sorted: bool  # is the .def?

    def check(self):
        root = root_from_arguments()
        self.problems = Problems(root)
        folder, pages = root / self.folder, root / self.docs
        definitions = folder / f"{pages.name}.def"
        names = self.listed(definitions)
        for name in names:
            if (folder / f"{name}.cc").is_file():
                self.check_source(folder / f"{name}.cc", name)
            else:
                self.problems.add(definitions, f"{name} has no file {name}.cc")
            self.check_page(pages / f"{name.replace('_', '-')}.md", name.replace("_", "-"))
        for path in files(folder, ".cc"):
            if path.stem not in names and self.defined_in(path.read_text(encoding="utf-8")):
                self.problems.add(path, f"defines a {self.kind} that {definitions.name} does not list")
        found = {path.stem for path in files(pages, ".md") if path.name != "README.md"}
        for page in sorted(found - {name.replace("_", "-") for name in names}):
            self.problems.add(pages / f"{page}.md", f"no {self.kind} has this page")
        if not names:
            self.problems.add(definitions, f"lists no {self.kind}")
        return self.problems.report(f"{len(names)} {pages.name} are whole")

    def defined_in(self, text):
        definition = rf"^constinit\s+const\s+{self.kind.capitalize()}\s+(\w+)\s*="
        return re.findall(definition, without_comments_and_literals(text), re.MULTILINE)

    def listed(self, definitions):
        macro = f"OCITIDY_{self.kind.upper()}"
        names = []
        for number, line in enumerate(definitions.read_text(encoding="utf-8").splitlines(), 1):
            match = re.fullmatch(rf"{macro}\((\w+)\)", line)
            if not match:
                self.problems.add(definitions, f"not {macro}(name): {line!r}", number)
                continue
            if match.group(1) in names or (self.sorted and names and match.group(1) < names[-1]):
                self.problems.add(definitions, f"{match.group(1)} is out of order or there twice", number)
            names.append(match.group(1))
        return names

    def check_source(self, path, name):
        text = path.read_text(encoding="utf-8")
        lines, one_id = text.count("\n"), name.replace("_", "-")
        if lines > MOST_LINES:
            self.problems.add(path, f"{lines} lines; a {self.kind} has at most {MOST_LINES}")
        defined = self.defined_in(text)
        if defined != [name]:
            self.problems.add(path, f"must define exactly the {self.kind} {name}, but defines {', '.join(defined) or 'none'}")
        if ID.findall(text) != [one_id]:
            self.problems.add(path, f'.id must be "{one_id}", as the file name says')
        if not text.startswith(f"// {one_id}: "):
            self.problems.add(path, f'must open with "// {one_id}: " and one sentence', 1)
        if f"{self.docs}/{one_id}.md" not in text:
            self.problems.add(path, f"must name its page, {self.docs}/{one_id}.md")

    def check_page(self, path, one_id):
        if not path.is_file():
            self.problems.add(path, f"the {self.kind} {one_id} has no page")
            return
        text = path.read_text(encoding="utf-8")
        if not text.startswith(f"# {one_id}\n"):
            self.problems.add(path, f'must open with "# {one_id}"', 1)
        found = re.findall(r"^## (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
        at = 0
        for section in self.sections:
            matches = [i for i, title in enumerate(found) if title == section or title.startswith(section + " ")]
            if len(matches) != 1:
                self.problems.add(path, f'needs one section "## {section}", has {len(matches)}')
            elif matches[0] < at:
                self.problems.add(path, f'"## {section}" is out of order')
            else:
                at = matches[0]
