"""Ask your own documents: quoted, cited answers without a language model.
"""
