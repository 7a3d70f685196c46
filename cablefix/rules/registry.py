"""All rules by name. The name is the family (the module) and what the rule does; profiles list rules by it."""

from __future__ import annotations

from cablefix.rules import furniture, header, hyphens, message, names, numbering, redactions, spacing, specks, structure
from cablefix.rules.context import Rule

RULES: dict[str, Rule] = {
    "specks.lines": specks.mark_speck_lines,
    "specks.edges": specks.remove_specks,
    "specks.header": specks.remove_header_specks,
    "furniture.heads": furniture.find_running_heads,
    "furniture.stamps": furniture.find_stamps,
    "furniture.banners": furniture.find_banners,
    "furniture.page-numbers": furniture.find_page_numbers,
    "furniture.repeated": furniture.find_repeated_lines,
    "furniture.margin-codes": furniture.find_margin_codes,
    "furniture.head-text": furniture.repair_running_heads,
    "message.header": message.mark_header,
    "message.sections": message.mark_sections,
    "message.protocol": message.mark_protocol,
    "message.signature": message.mark_signature,
    "structure.rules": structure.mark_rules,
    "structure.paragraphs": structure.mark_paragraphs,
    "structure.headings": structure.mark_headings,
    "structure.items": structure.mark_items,
    "structure.tables": structure.mark_tables,
    "structure.joins": structure.join_lines,
    "hyphens.joins": hyphens.join_hyphens,
    "header.codes": header.repair_header,
    "numbering.marks": numbering.restore_numbers,
    "numbering.portions": numbering.restore_portion_marks,
    "redactions.boxes": redactions.read_redactions,
    "spacing.punctuation": spacing.close_up_punctuation,
    "spacing.apostrophes": spacing.close_up_apostrophes,
    "spacing.quotes": spacing.close_up_quotes,
    "spacing.lost-spaces": spacing.part_sentences,
    "spacing.hyphens": spacing.close_up_hyphens,
    "spacing.split-words": spacing.join_split_words,
    "spacing.spaced-letters": spacing.join_spaced_letters,
    "spacing.numbers": spacing.close_up_numbers,
    "names.variants": names.propose_name_variants,
}
